"""GOV.UK Notify as the messenger for letters: for schools and authorities that use the service."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient
from notifications_python_client.utils import DOCUMENT_UPLOAD_SIZE_LIMIT, prepare_upload

from correspondence.mail_server import (
    NOBODY_THERE,
    NOT_AN_ADDRESS,
    AddressRefused,
    NotTaken,
    Unanswered,
)

NOTIFY_URL = "https://api.notifications.service.gov.uk"
# It keeps messages for seven days, unless the service chose otherwise.
RECALLS = timedelta(days=3)
_WRONG_ADDRESS = "permanent-failure"
_TO_BE_SENT_AGAIN = ("temporary-failure", "technical-failure")
_BAD_REQUEST = 400
_BY_A_GATEWAY = (502, 504)  # which may have passed the message on all the same
_ADDRESS = "email_address"
_NO_FILE = "It is also in the text of this message."


@dataclass(frozen=True)
class GovukNotify:
    """Hands letters to GOV.UK Notify, which sends them and keeps their status.

    `template` is the id of an e-mail template of the service with the fields ((subject)), ((body))
    and ((letter)). `sender` stands in Message-IDs and reports; Notify has the address of its own
    that people see. Another `url` is for a service that behaves as Notify does.
    """

    key: str = field(repr=False)
    template: str
    sender: str
    url: str = NOTIFY_URL
    seconds: float = 30.0

    @property
    def recalls(self) -> timedelta:
        """For how long a message is found by its reference, at the least."""
        return RECALLS

    async def hand_over(self, message: EmailMessage) -> None:
        """Hands a letter over; returns once Notify has taken it.

        A letter that Notify has under this Message-ID already is not sent again, unless Notify
        could not pass it on: so, where an attempt was cut off, it is asked first, and nothing goes
        twice. Raises AddressRefused where it is of no use to try again, NotTaken where it may be,
        and Unanswered where there is no answer to go by.
        """
        await asyncio.to_thread(self._hand_over, message)

    def _hand_over(self, message: EmailMessage) -> None:
        client = NotificationsAPIClient(self.key, base_url=self.url, timeout=self.seconds)
        reference = str(message["Message-ID"]).strip("<>")
        try:
            found = client.get_all_notifications(reference=reference)["notifications"]
            if found and _stands(found[0]["status"]):
                return
            client.send_email_notification(
                email_address=str(message["To"]),
                template_id=self.template,
                personalisation=_personalisation(message),
                reference=reference,
            )
        except APIError as error:
            raise _told(error) from error
        finally:
            client.request_session.close()


def _stands(status: str) -> bool:
    """Whether a message with this status (of Notify's) is on its way or has arrived; False where it
    is to be sent again. Raises AddressRefused where its address is wrong."""
    if status == _WRONG_ADDRESS:
        raise AddressRefused(NOBODY_THERE)
    return status not in _TO_BE_SENT_AGAIN


def _personalisation(message: EmailMessage) -> dict[str, object]:
    plain = message.get_body(("plain",))
    body = [plain.get_content()] if plain else []
    letter: object = _NO_FILE
    for attachment in message.iter_attachments():
        content = attachment.get_content()
        pdf = attachment.get_content_type() == "application/pdf"
        small = isinstance(content, bytes) and len(content) <= DOCUMENT_UPLOAD_SIZE_LIMIT
        # It takes one file, the letter; a text that is enclosed with it stands below the letter.
        if pdf and small and letter == _NO_FILE:
            letter = prepare_upload(BytesIO(content), filename=attachment.get_filename())
        elif isinstance(content, str) and attachment.get_content_type() == "text/plain":
            body.append(content)
    return {
        "subject": str(message["Subject"]),
        "body": "\n\n".join(body),
        "letter": letter,
    }


def _told(error: APIError) -> Exception:
    if error.status_code == _BAD_REQUEST and _ADDRESS in str(error.message):
        return AddressRefused(NOT_AN_ADDRESS)
    if error.response is None or error.status_code in _BY_A_GATEWAY:
        return Unanswered(f"GOV.UK Notify did not answer ({error.status_code}).")
    # A wrong key or template is for the administrator to mend: no letter comes back for it.
    return NotTaken(f"GOV.UK Notify did not take the message ({error.status_code}).")
