"""GOV.UK Notify as the messenger for letters: for schools and authorities that use the service."""

import asyncio
from dataclasses import dataclass, field
from email.message import EmailMessage
from io import BytesIO

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient
from notifications_python_client.utils import DOCUMENT_UPLOAD_SIZE_LIMIT, prepare_upload

from correspondence.mail_server import NOT_AN_ADDRESS, AddressRefused, NotTaken

NOTIFY_URL = "https://api.notifications.service.gov.uk"
_BAD_REQUEST = 400
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

    async def hand_over(self, message: EmailMessage) -> None:
        """Hands a letter over; returns once Notify has taken it.

        A letter that Notify has under this Message-ID already is not sent again: so, where an
        attempt was cut off, it is asked first, and nothing goes twice. Raises AddressRefused where
        it is of no use to try again, and NotTaken where it may be.
        """
        await asyncio.to_thread(self._hand_over, message)

    def _hand_over(self, message: EmailMessage) -> None:
        client = NotificationsAPIClient(self.key, base_url=self.url, timeout=self.seconds)
        reference = str(message["Message-ID"]).strip("<>")
        try:
            found = client.get_all_notifications(reference=reference)
            if found["notifications"]:
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


def _personalisation(message: EmailMessage) -> dict[str, object]:
    plain = message.get_body(("plain",))
    letter: object = _NO_FILE
    for attachment in message.iter_attachments():
        content = attachment.get_content()
        pdf = attachment.get_content_type() == "application/pdf"
        if pdf and isinstance(content, bytes) and len(content) <= DOCUMENT_UPLOAD_SIZE_LIMIT:
            letter = prepare_upload(BytesIO(content), filename=attachment.get_filename())
    return {
        "subject": str(message["Subject"]),
        "body": plain.get_content() if plain else "",
        "letter": letter,
    }


def _told(error: APIError) -> Exception:
    if error.status_code == _BAD_REQUEST and _ADDRESS in str(error.message):
        return AddressRefused(NOT_AN_ADDRESS)
    # A wrong key or template is for the administrator to mend: no letter comes back for it.
    return NotTaken(f"GOV.UK Notify did not take the message ({error.status_code}).")
