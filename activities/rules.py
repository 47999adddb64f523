"""Loading the rules that a case runs under."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.contracts import LOAD_RULES, Rules, RulesWanted
from storage.shelf import NotOnTheShelf, Shelf, ShelfAltered


class RulesLoader:
    """Finds a policy and a calendar by their digests."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @activity.defn(name=LOAD_RULES)
    async def load_rules(self, wanted: RulesWanted) -> Rules:
        """The policy and the calendar, exactly as they were when they were published."""
        try:
            return Rules(
                policy=await self._shelf.policy(wanted.policy_digest),
                calendar=await self._shelf.calendar(wanted.calendar_digest),
            )
        except (NotOnTheShelf, ShelfAltered) as error:
            # Retried all the same: an administrator can restore what is missing.
            raise ApplicationError(str(error), type=type(error).__name__) from error
