"""How often an account may be tried, so that nobody guesses a password and nobody is kept out.

Attempts are counted for the account together with the network they come from. A browser in which
the person has signed in before has a count of its own: whoever tries an account from elsewhere,
however often, does not keep its owner out of it.
"""

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil

from sqlalchemy import Connection

from domain.signing_in import (
    ACCOUNT_FROM_A_NETWORK,
    ACCOUNT_FROM_ANYWHERE,
    ACCOUNT_IN_A_KNOWN_BROWSER,
    FROM_A_NETWORK,
    MAILS_FROM_A_NETWORK,
    MAILS_TO_AN_ADDRESS,
    Limit,
)
from gateway.account_errors import TooManyAttempts
from gateway.stores import Stores
from storage.attempts import forgive, give_back, spend

MARKS = 5  # people who share a browser
_MARK, _MARKS = ".", "~"
_V6_NETWORK = 64  # bits: what one household or school has


def network_of(address: str | None) -> str:
    """The network that an address counts as: itself, or the /64 of an IPv6 address."""
    try:
        given = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if given.version == 6 and (mapped := given.ipv4_mapped) is not None:
        given = mapped
    bits = given.max_prefixlen if given.version == 4 else _V6_NETWORK
    return str(ipaddress.ip_network((given, bits), strict=False))


class Attempt:
    """One attempt that was counted; say what came of it."""

    def __init__(self, stores: Stores, limits: Mapping[bytes, Limit], own: bytes) -> None:
        self._stores = stores
        self._limits = limits
        self._own = own

    async def succeeded(self) -> None:
        """It was right: nothing is held against its owner any more."""

        def work(connection: Connection) -> None:
            others = {key: limit for key, limit in self._limits.items() if key != self._own}
            give_back(connection, others)
            forgive(connection, {self._own: self._limits[self._own]})

        await self._stores.database.transact(work)


class Throttle:
    """Counts attempts, and mails asked for, in the database: for all processes together."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._keys = stores.account_keys

    async def attempt(
        self, what: str, account: bytes, network: str, marks: str | None, now: datetime
    ) -> Attempt:
        """Counts an attempt at `what` (such as `password`) on an account.

        `account` is the digest of its address, whether there is such an account or not. Raises
        TooManyAttempts.
        """
        who = account.hex()
        if mark := self._known(account, marks):
            own = self._keys.attempt(what, "browser", mark, who)
            limits = {own: ACCOUNT_IN_A_KNOWN_BROWSER}
        else:
            own = self._keys.attempt(what, "pair", who, network)
            limits = {
                own: ACCOUNT_FROM_A_NETWORK,
                self._keys.attempt(what, "network", network): FROM_A_NETWORK,
                self._keys.attempt(what, "account", who): ACCOUNT_FROM_ANYWHERE,
            }
        await self._spend(limits, now)
        return Attempt(self._stores, limits, own)

    async def may_mail(self, account: bytes, network: str, now: datetime) -> bool:
        """Whether one more message may be asked for, to this address and from this network."""
        limits = {
            self._keys.attempt("mail", "account", account.hex()): MAILS_TO_AN_ADDRESS,
            self._keys.attempt("mail", "network", network): MAILS_FROM_A_NETWORK,
        }
        spent = await self._stores.database.transact(
            lambda connection: spend(connection, limits, now)
        )
        return spent is None

    def marked(self, account: bytes, marks: str | None) -> str:
        """What a browser keeps, now that somebody signed in to this account in it."""
        kept = [mark for mark in _split(marks) if not self._is_for(account, mark)]
        nonce = secrets.token_urlsafe(16)
        fresh = f"{nonce}{_MARK}{self._keys.browser(nonce, account)}"
        return _MARKS.join([fresh, *kept][:MARKS])

    def _known(self, account: bytes, marks: str | None) -> str | None:
        return next((mark for mark in _split(marks) if self._is_for(account, mark)), None)

    def _is_for(self, account: bytes, mark: str) -> bool:
        nonce, _, digest = mark.partition(_MARK)
        return secrets.compare_digest(digest.encode(), self._keys.browser(nonce, account).encode())

    async def _spend(self, limits: Mapping[bytes, Limit], now: datetime) -> None:
        until = await self._stores.database.transact(
            lambda connection: spend(connection, limits, now)
        )
        if until is not None:
            raise TooManyAttempts(until, ceil((until - now).total_seconds() / 60))


def _split(marks: str | None) -> Sequence[str]:
    return marks.split(_MARKS)[:MARKS] if marks else ()
