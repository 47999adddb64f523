"""What is held about how a person signs in, in words for that person to read."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from domain.calendar import SchoolCalendar
from domain.signing_in import REMEMBERED, Purpose
from gateway.stores import Stores
from gateway.wording import day
from storage.accounts import Account, account_of, issuers_of, recovery_codes_left
from storage.links import Link, links_of

_WHAT_FOR = {
    Purpose.INVITATION: "to open an account",
    Purpose.RESET: "to choose a new password",
    Purpose.SECOND_STEP: "to sign in with a second factor",
}


async def how_they_sign_in(
    stores: Stores, person: str, calendar: SchoolCalendar
) -> tuple[str, ...]:
    """A sentence for each thing that is held: account, sessions, links. Empty where nothing is."""

    def look(connection: Connection) -> tuple[Account | None, list[str], int, list[Link]]:
        return (
            account_of(connection, person),
            issuers_of(connection, person),
            recovery_codes_left(connection, person),
            links_of(connection, person),
        )

    async with stores.database.reading() as connection:
        account, issuers, codes, links = await connection.run_sync(look)
    told: list[str] = []
    if account is not None:
        told += _account(account, calendar)
        told += [f"You can sign in through {issuer}." for issuer in issuers]
        if account.secret is not None:
            told.append(f"{codes} recovery codes are unused. They can't be read by anybody.")
    sessions = await stores.sessions.of_person(person)
    told += [
        f"You signed in on {_day(calendar, one.started_at)}, and were last seen on "
        f"{_day(calendar, one.seen_at)}."
        for one in sessions
    ]
    told += _links(links, calendar)
    return tuple(told)


def _account(account: Account, calendar: SchoolCalendar) -> Iterator[str]:
    yield f"You were invited to an account on {_day(calendar, account.invited_at)}."
    if account.accepted_at is not None:
        yield f"You took it up on {_day(calendar, account.accepted_at)}."
    if account.password_changed_at is not None:
        yield (
            f"You last chose a password on {_day(calendar, account.password_changed_at)}. It is "
            "kept in a form from which nobody can read it."
        )
    if account.second_factor_since is not None:
        yield f"It has had a second factor since {_day(calendar, account.second_factor_since)}."
    if account.signed_in_at is not None:
        yield f"You last signed in on {_day(calendar, account.signed_in_at)}."
    if account.locked_at is not None:
        yield f"An administrator locked it on {_day(calendar, account.locked_at)}."


def _links(links: list[Link], calendar: SchoolCalendar) -> Iterator[str]:
    for link in links:
        what = _WHAT_FOR.get(link.purpose, f"to your case {link.reference}")
        used = f", and used on {_day(calendar, link.used_at)}" if link.used_at else ""
        yield f"A link {what} was made for you on {_day(calendar, link.made_at)}{used}."
    if links:
        yield f"Links are forgotten {REMEMBERED.days} days after they end."


def _day(calendar: SchoolCalendar, when: datetime) -> str:
    return day(calendar.local_date(when))
