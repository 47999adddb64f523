"""Why there is no checkpoint: refused, not found, or nothing to sign."""

from domain.checkpoint import Checkpoint
from domain.errors import EvenhandError


class CheckpointRefused(EvenhandError):
    """No checkpoint was made; the message says why. What was signed before stands.

    `last` is the newest checkpoint that there is; None where there is none.
    """

    def __init__(self, problem: str, last: Checkpoint | None) -> None:
        self.problem = problem
        self.last = last
        if last is None:
            proved = "Nothing is proved yet: there is no checkpoint before."
        else:
            proved = (
                f"What is proved stays proved: the first {last.size} events, by checkpoint "
                f"{last.number} of {last.made_at:%Y-%m-%d %H:%M:%S} UTC."
            )
        super().__init__(f"{problem} No checkpoint was made. {proved}")


class ClockWentBack(CheckpointRefused):
    """This machine's clock is behind the last checkpoint."""


class NothingOnRecord(EvenhandError):
    """There is nothing on the record to make a checkpoint of."""

    def __init__(self, school: str) -> None:
        self.school = school
        super().__init__(f"There is nothing on the record of {school} yet, so nothing to sign.")


class CheckpointNotFound(LookupError):
    """There is no checkpoint with this number. `near` are the numbers closest to it."""

    def __init__(self, school: str, number: int, near: list[int]) -> None:
        self.school = school
        self.number = number
        self.near = tuple(near)
        if near:
            hint = f" Did you mean {', '.join(map(str, near))}?"
        else:
            hint = " There is none at all yet: `evenhand audit checkpoint` makes one."
        super().__init__(f"There is no checkpoint {number} at {school}.{hint}")
