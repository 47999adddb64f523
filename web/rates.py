"""How often somebody may ask: enough for any person, and too little for a program that guesses.

Counted in this process alone: where several serve the pages, each allows as much.
"""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# A whole school may stand behind one address, so who is signed in is counted by themselves.
ASKING = parse("300/minute")
SENDING = parse("60/minute")
SIGNING_IN = parse("60/minute")  # of a network; accounts are counted apart, in the database


class TooOften(Exception):
    """Somebody asks more often than a person does. `seconds` is how long they wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"Too many requests came at once. Try again in {seconds} seconds.")


class Rates:
    """Counts by what is done and by whom."""

    def __init__(self) -> None:
        self._counts = MovingWindowRateLimiter(MemoryStorage())

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Counts one more. Raises TooOften."""
        if not self._counts.hit(limit, *who):
            free_at = self._counts.get_window_stats(limit, *who).reset_time
            raise TooOften(max(1, math.ceil(free_at - time.time())))
