"""Rules of signing in: who needs a second factor, how long a link works, how often one may try."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.access import OUTSIDE
from domain.vocabulary import Role

SECOND_FACTOR = frozenset(
    {
        Role.SENIOR_LEADER,
        Role.HEADTEACHER,
        Role.GOVERNOR,
        Role.CHAIR_OF_GOVERNORS,
        Role.ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER,
        Role.LINE_MANAGER,
        Role.STEERING_GROUP_CHAIR,
        Role.LOCAL_AUTHORITY_OFFICER,
    }
)
"""Leaders, governors and administrators: a stolen password must not be enough to decide about
people, or to see everything."""

MAY_INVITE = frozenset({Role.ADMINISTRATOR})
MAY_HAVE_AN_ACCOUNT = frozenset(set(Role) - OUTSIDE - {Role.SYSTEM})
"""A family has no password to keep: a link by e-mail opens their case."""


class Purpose(StrEnum):
    """What a link that works once is for."""

    SET_UP = "set_up"  # the first school and its administrator
    INVITATION = "invitation"
    RESET = "reset"
    SECOND_STEP = "second_step"  # the password was right; a code is still asked for
    CASE = "case"  # opens one case to a parent or advocate


LASTS = {
    Purpose.SET_UP: timedelta(days=1),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
    Purpose.SECOND_STEP: timedelta(minutes=15),
    Purpose.CASE: timedelta(days=7),
}
REMEMBERED = timedelta(days=90)  # how long a used or expired link can still be exchanged


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How often something may be tried under one key, within which time from the first try."""

    name: str
    most: int
    within: timedelta


FROM_A_NETWORK = Limit(name="network", most=100, within=timedelta(hours=1))
ACCOUNT_FROM_A_NETWORK = Limit(name="pair", most=5, within=timedelta(minutes=15))
ACCOUNT_FROM_ANYWHERE = Limit(name="account", most=50, within=timedelta(days=1))
ACCOUNT_IN_A_KNOWN_BROWSER = Limit(name="browser", most=10, within=timedelta(minutes=15))
"""A browser in which the person signed in before has a count of its own, so that whoever tries an
account from elsewhere keeps nobody out (OWASP: device cookies)."""

MAILS_TO_AN_ADDRESS = Limit(name="mail", most=3, within=timedelta(hours=1))
MAILS_FROM_A_NETWORK = Limit(name="mail-network", most=30, within=timedelta(hours=1))


def needs_second_factor(roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles must give a second factor."""
    return bool(roles & SECOND_FACTOR)
