"""E-mail addresses as people type them."""

from email_validator import EmailNotValidError, validate_email


class BadAddress(ValueError):
    """What was given is not an e-mail address; the message says why, in a sentence."""


def an_address(given: str) -> str:
    """The address as it is kept: trimmed, with its domain in small letters. Raises BadAddress.

    It is looked at, not tried: whether anybody reads it, only a letter can tell.
    """
    try:
        # A mail server without SMTPUTF8 could not deliver to a name in other letters.
        checked = validate_email(given.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        words = str(error).replace("email", "e-mail").replace("period", "full stop")
        raise BadAddress(words) from error
    return checked.ascii_email or checked.normalized
