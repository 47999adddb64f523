"""E-mails as files: what makes one, and what is in it."""

import re
from collections.abc import Callable
from email import policy
from email.message import Message
from email.parser import BytesParser

from gateway.unfit import Unfit

_PARTS = 200
_SCRIPT = re.compile(rb"<\s*script\b", re.I)
_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, RecursionError)
_DAMAGED = "It can't be read as an e-mail. Save it again, or as PDF."


def check_mail(content: bytes, check_part: Callable[[str, bytes], None]) -> None:
    """Refuses an e-mail that is none, or holds what may do harm. Raises Unfit.

    `check_part(name, content)` judges each file in it.
    """
    try:
        # The older policy gives each header as it stands, and trips over none.
        message = BytesParser(policy=policy.compat32).parsebytes(content)
        parts = [_part(part) for part in message.walk() if not part.is_multipart()]
        known = {name.lower() for name in message}
    except _UNREADABLE:
        raise Unfit(_DAMAGED) from None
    if "from" not in known or not known & {"to", "subject", "date", "message-id", "received"}:
        raise Unfit("It says neither whom it is from nor what it is about, as an e-mail does.")
    if len(parts) > _PARTS:
        raise Unfit("It holds too many parts.")
    for kind, name, inside in parts:
        if not name and kind.startswith("text/"):
            if kind != "text/plain" and _SCRIPT.search(inside):
                raise Unfit("A script is hidden in it.")
            continue
        try:
            check_part(name, inside)
        except Unfit as error:
            called = f"“{name}”" if name else "a file without a name"
            raise Unfit(f"In it is {called}: {error}") from None


def _part(part: Message) -> tuple[str, str, bytes]:
    content = part.get_payload(decode=True)
    name = part.get_filename() or ""
    return part.get_content_type(), str(name), content if isinstance(content, bytes) else b""
