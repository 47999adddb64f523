"""Accounts, sign-in and links, put together: for the pages, and for commands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from argon2 import PasswordHasher

from correspondence.mail_server import MailServer, mail_server_of
from gateway.account_mail import AccountMail
from gateway.accounts import Accounts
from gateway.case_links import CaseLinks
from gateway.first_start import FirstStart
from gateway.later import Later
from gateway.openid import OpenId, Provider
from gateway.passwords import Passwords
from gateway.sessions import SessionLimits, Sessions
from gateway.signing_in import SigningIn
from gateway.stores import Stores
from settings import Settings

CALLBACK = "/sign-in/provider/back"


@dataclass(frozen=True, kw_only=True)
class FrontDoor:
    """What lets people in. `later` holds what is under way after an answer was given."""

    sessions: Sessions
    accounts: Accounts
    signing_in: SigningIn
    case_links: CaseLinks
    first_start: FirstStart
    openid: OpenId | None
    later: Later


def front_door(
    settings: Settings,
    stores: Stores,
    sessions: Sessions | None = None,
    *,
    mail: MailServer | None = None,
    hasher: PasswordHasher | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FrontDoor:
    """The front door on these stores.

    `mail` and `hasher` are as the settings and argon2's own advice say, unless others are given.
    `now` gives the present moment, aware, in UTC.
    """
    later = Later()
    passwords = Passwords(hasher)
    kept = sessions or Sessions(stores.sessions, stores.people, SessionLimits.of(settings))
    written = AccountMail(mail or mail_server_of(settings), settings.pages_address)
    accounts = Accounts(stores, kept, written, passwords=passwords, later=later, now=now)
    provider = Provider.of(settings)
    return FrontDoor(
        sessions=kept,
        accounts=accounts,
        signing_in=SigningIn(
            stores, kept, accounts, written, passwords=passwords, later=later, now=now
        ),
        case_links=CaseLinks(stores, kept, written, later=later, now=now),
        first_start=FirstStart(
            stores, accounts, written, settings.terms_dir, passwords=passwords, now=now
        ),
        openid=OpenId(provider, stores.account_keys, settings.pages_address + CALLBACK, now)
        if provider
        else None,
        later=later,
    )
