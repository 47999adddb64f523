"""What can go wrong with accounts and sign-in, in sentences that say what to do."""

from datetime import datetime

from domain.errors import EvenhandError
from domain.signing_in import Purpose
from storage.links import Link


class SignInRefused(EvenhandError):
    """Not told apart: whether there is such an account, or its password is another."""

    def __init__(self) -> None:
        super().__init__(
            "The e-mail address and the password do not go together. Check both; if you do not "
            "remember the password, choose a new one."
        )


class TooManyAttempts(EvenhandError):
    """Too many attempts were made, and there is a pause until a moment."""

    def __init__(self, until: datetime, minutes: int) -> None:
        self.until = until
        self.minutes = minutes
        wait = "a minute" if minutes <= 1 else f"{minutes} minutes"
        super().__init__(
            f"There were too many attempts. Try again in {wait}, use a browser in which you signed "
            "in before, or choose a new password by e-mail. Your account is not locked."
        )


class AccountLocked(EvenhandError):
    """An administrator locked the account; told only to whoever gave the right password."""

    def __init__(self) -> None:
        super().__init__(
            "Your account was locked by an administrator of your school. Ask them what to do."
        )


class CodeRefused(EvenhandError):
    """The code of the second factor is wrong, or it was used.

    `field` is `current` where it is the one in use that is wrong, while another is set up.
    """

    def __init__(self, field: str = "code") -> None:
        self.field = field
        super().__init__(
            "The code is not right, or it was used already. Wait for the next one in your "
            "authenticator app, and check that your phone's clock is set by the network."
        )


class PasswordRefused(EvenhandError):
    """The new password is easy to guess; the message says why, and what to choose instead."""


class LinkDead(EvenhandError):
    """The link does not work: used, expired, withdrawn, or never made. `link` is what is known."""

    def __init__(self, purpose: Purpose, link: Link | None) -> None:
        self.purpose = purpose
        self.link = link
        why = "has been used already" if link and link.used_at else "no longer works"
        super().__init__(f"This link {why}. Each link works once, and for a limited time.")


class NotKnownHere(EvenhandError):
    """Somebody signed in elsewhere, and no account here belongs to them."""

    def __init__(self) -> None:
        super().__init__(
            "You are signed in with your provider, but no account here belongs to that address. "
            "Ask an administrator of your school to invite you."
        )


class NoAccount(EvenhandError):
    """The person has no account."""

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(
            f"{person} has no account yet. `evenhand account invite {person}` sends an invitation."
        )


class AccountRefused(EvenhandError):
    """What an administrator asked for does not go with this person or account."""
