"""The second factor: codes that change every half minute (TOTP, RFC 6238), and recovery codes."""

import secrets
from datetime import datetime
from io import BytesIO
from typing import NamedTuple

import pyotp
import segno
from sqlalchemy import Connection

from gateway.account_errors import CodeRefused, NoAccount
from gateway.stores import Stores
from storage.accounts import (
    Account,
    account_of,
    change,
    recovery_codes_left,
    replace_recovery_codes,
    take_step,
    use_recovery_code,
)

ISSUER = "Evenhand"
STEP = 30  # seconds
DIGITS = 6
RECOVERY_CODES = 10
_DRIFT = (0, -1, 1)  # steps: clocks differ, and people type slowly
_SECRET = "second factor"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is mistaken for something else
_GROUPS, _GROUP = 3, 4


class SetUp(NamedTuple):
    """What an authenticator app needs: the secret in groups to type, and its QR code as SVG."""

    secret: str
    svg: str

    def __repr__(self) -> str:
        return "SetUp()"


class SecondFactors:
    """Sets up, checks and replaces second factors."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def set_up(self, person: str) -> SetUp:
        """What to show for setting it up: the same until it is confirmed. Raises NoAccount."""
        cipher = await self._stores.people.cipher_of(person)
        fresh = cipher.encrypt(pyotp.random_base32().encode(), _SECRET)

        def work(connection: Connection) -> bytes:
            account = _require(connection, person)
            if account.pending_secret is None:
                change(connection, person, pending_secret=fresh)
                return fresh
            return account.pending_secret

        sealed = await self._stores.database.transact(work)
        secret = cipher.decrypt(sealed, _SECRET).decode()
        address = (await self._stores.people.person(person)).email or person
        uri = pyotp.TOTP(secret).provisioning_uri(name=address, issuer_name=ISSUER)
        return SetUp(" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), _svg(uri))

    async def confirm(
        self, person: str, code: str, now: datetime, *, current: str = ""
    ) -> tuple[str, ...]:
        """Adopts the secret that was shown, if the code fits it; returns fresh recovery codes.

        Where there is a second factor already, `current` is a code of that one. Raises
        CodeRefused, and the secret waits on.
        """
        account = await self._account(person)
        step = await self._step(account, account.pending_secret, code, now)
        if step is None:
            raise CodeRefused
        if account.secret is not None:
            try:
                await self.check(person, current, now)
            except CodeRefused as error:
                raise CodeRefused("current") from error
        codes, digests = self._fresh_codes(person)

        def work(connection: Connection) -> None:
            change(
                connection,
                person,
                secret=account.pending_secret,
                secret_step=step,
                pending_secret=None,
                second_factor_since=now,
            )
            replace_recovery_codes(connection, person, digests)

        await self._stores.database.transact(work)
        return codes

    async def check(self, person: str, code: str, now: datetime) -> bool:
        """Uses up a code, or a recovery code; True where it was a recovery code.

        Raises CodeRefused where it fits neither, or was used.
        """
        account = await self._account(person)
        step = await self._step(account, account.secret, code, now)
        digest = self._stores.account_keys.recovery_code(person, _tidy(code))

        def work(connection: Connection) -> bool | None:
            if step is not None:
                return False if take_step(connection, person, step) else None
            return True if use_recovery_code(connection, person, digest, now) else None

        was_recovery = await self._stores.database.transact(work)
        if was_recovery is None:
            raise CodeRefused
        return was_recovery

    async def new_recovery_codes(self, person: str) -> tuple[str, ...]:
        """Fresh recovery codes; earlier ones no longer work."""
        codes, digests = self._fresh_codes(person)
        await self._stores.database.transact(
            lambda connection: replace_recovery_codes(connection, person, digests)
        )
        return codes

    async def codes_left(self, person: str) -> int:
        """How many recovery codes are unused."""
        return await self._stores.database.transact(
            lambda connection: recovery_codes_left(connection, person)
        )

    async def remove(self, person: str) -> None:
        """Removes it; who needs one sets it up anew at the next sign-in."""
        await self._stores.database.transact(lambda connection: drop(connection, person))

    async def _account(self, person: str) -> Account:
        return await self._stores.database.transact(lambda connection: _require(connection, person))

    async def _step(
        self, account: Account, sealed: bytes | None, code: str, now: datetime
    ) -> int | None:
        """The step of time that the code belongs to, if it is one of this secret's."""
        digits = _tidy(code)
        if sealed is None or len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
            return None
        cipher = await self._stores.people.cipher_of(account.person)
        totp = pyotp.TOTP(cipher.decrypt(sealed, _SECRET).decode(), digits=DIGITS, interval=STEP)
        current = int(now.timestamp()) // STEP
        steps = (current + drift for drift in _DRIFT)
        return next(
            (s for s in steps if secrets.compare_digest(totp.generate_otp(s), digits)), None
        )

    def _fresh_codes(self, person: str) -> tuple[tuple[str, ...], list[bytes]]:
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        keys = self._stores.account_keys
        return codes, [keys.recovery_code(person, _tidy(code)) for code in codes]


def drop(connection: Connection, person: str) -> None:
    """Removes a person's second factor and recovery codes, in the caller's transaction."""
    change(
        connection,
        person,
        secret=None,
        secret_step=None,
        pending_secret=None,
        second_factor_since=None,
    )
    replace_recovery_codes(connection, person, ())


def _require(connection: Connection, person: str) -> Account:
    account = account_of(connection, person)
    if account is None:
        raise NoAccount(person)
    return account


def _tidy(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP))
    return "-".join(letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP))


def _svg(uri: str) -> str:
    drawn = BytesIO()
    segno.make(uri, error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=5,
        border=4,
        light="#ffffff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        title="QR code for your authenticator app",
    )
    return drawn.getvalue().decode()
