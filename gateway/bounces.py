"""Letters that come back: reading a delivery status notification (RFC 3464)."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import NamedTuple

FAILED = "failed"
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_UNSAID = "5.0.0"


class Bounce(NamedTuple):
    """A message that did not arrive: its Message-ID (without brackets) and the status code."""

    message_id: str
    status: str


class NotABounce(ValueError):
    """The message does not say that one of ours failed to arrive."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"This is not a report that a letter failed to arrive: {why}. Nothing was recorded."
        )


def read_bounce(content: bytes) -> Bounce:
    """What a delivery status notification says, as a mail server sends it back.

    Raises NotABounce: for another message, for a report that something arrived or is merely
    late, and for one that does not say which message it is about.
    """
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    if message.get_content_type() != "multipart/report":
        raise NotABounce("it is no delivery report")
    failed = [fields for fields in _recipients(message) if fields["action"] == FAILED]
    if not failed:
        raise NotABounce("it reports no failure for good")
    about = next(_originals(message), None)
    if about is None:
        raise NotABounce("it does not say which message it is about")
    said = _STATUS.match(failed[0]["status"])
    return Bounce(about, said[0] if said else _UNSAID)


def _recipients(message: EmailMessage) -> Iterator[dict[str, str]]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message) and block.get("Action"):
                    yield {
                        "action": str(block["Action"]).strip().lower(),
                        "status": str(block.get("Status", "")).strip(),
                    }


def _originals(message: EmailMessage) -> Iterator[str]:
    """The Message-ID of the message that came back, from its headers that are with the report."""
    for part in message.walk():
        if part is message:
            continue
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            headers = message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
            if found := headers.get("Message-ID"):
                yield found.strip().strip("<>")
        elif kind == "message/rfc822":
            inside = part.get_payload(0)
            if isinstance(inside, Message) and (found := inside.get("Message-ID")):
                yield str(found).strip().strip("<>")
