"""Passwords: rules of thumb for choosing one, and argon2id for keeping it.

The rules follow the National Cyber Security Centre: length, and a list of what is known to be
guessed, rather than capitals and signs.
"""

import asyncio
import re
import unicodedata
from collections.abc import Iterable

import zxcvbn
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.account_errors import PasswordRefused

LEAST = 12
MOST = 200
LEAST_GUESSES = 10**9  # fewer than that, and a machine has it while somebody drinks a cup of tea
LEAST_BESIDE = 8  # letters and digits beside a name, or a word of the school's name
_WORD = re.compile(r"[^\W\d_]{3,}")
_AT_ONCE = 2  # each takes 64 MB and a core for a moment

_ADVICE = "Three or four words that do not belong together are hard to guess and easy to keep."


def refuse_weak(password: str, own_words: Iterable[str]) -> None:
    """Refuses a password that is short, known, or made of the person's or school's own words.

    Raises PasswordRefused.
    """
    plain = _plain(password)
    if len(plain) < LEAST:
        raise PasswordRefused(f"Use at least {LEAST} characters. {_ADVICE}")
    if len(plain) > MOST:
        raise PasswordRefused(f"Use no more than {MOST} characters.")
    own = sorted({word for text in own_words for word in _WORD.findall(text.casefold())}, key=len)
    rest = plain.casefold()
    for word in reversed(own):
        rest = rest.replace(word, "")
    if rest != plain.casefold() and len(re.sub(r"[\W_]", "", rest)) < LEAST_BESIDE:
        raise PasswordRefused(
            f"Do not make it of your own name, your address or the school's name. {_ADVICE}"
        )
    judged = zxcvbn.zxcvbn(plain[:MOST], user_inputs=own, max_length=MOST)
    if judged["guesses"] < LEAST_GUESSES:
        raise PasswordRefused(
            "This is easy to guess: it is, or is much like, a password that many people use. "
            f"{_ADVICE}"
        )


class Passwords:
    """Hashes and checks passwords, a few at once, away from the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobodys: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to keep, with its own salt and parameters."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _plain(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; where none is stored it takes as long to say no."""
        if self._nobodys is None:
            self._nobodys = await self.hashed("nobody has this password")
        async with self._turn:
            right = await asyncio.to_thread(self._verify, stored or self._nobodys, password)
        return right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than a new one would be."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, _plain(password[: MOST * 2]))
        except (VerificationError, InvalidHashError):
            return False


def _plain(password: str) -> str:
    # One way of writing é, whatever keyboard it comes from.
    return unicodedata.normalize("NFKC", password)
