"""Letters that GOV.UK Notify could not deliver: it is asked for them, since it tells nobody."""

import asyncio
from typing import NamedTuple

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from domain.vocabulary import LetterStatus
from gateway.bounces import Bounce
from gateway.cases import Cases
from gateway.errors import ActionRefused, BadRequest, ServiceUnreachable
from storage.deliveries import Deliveries

# Notify's own statuses of e-mail, as codes of RFC 3463.
_FAILURES = {
    "permanent-failure": "5.1.1",  # there is nobody at this address
    "temporary-failure": "4.4.7",  # it was tried for 72 hours: a full mailbox, or a filter
    "technical-failure": "4.3.0",  # it did not leave Notify
}
_KEY_REFUSED = (401, 403)


class CameBack(NamedTuple):
    """A letter that did not arrive; `known` says that its case had been told before."""

    reference: str
    status: str
    known: bool


async def failed_at_notify(key: str, url: str, seconds: float = 30.0) -> list[Bounce]:
    """The messages that Notify gave up, as far back as it keeps them (a week, as a rule).

    One that was sent again since, under the same reference, is not among them. Raises
    ServiceUnreachable, or BadRequest where Notify refuses the key.
    """
    return await asyncio.to_thread(_failed, key, url, seconds)


def _failed(key: str, url: str, seconds: float) -> list[Bounce]:
    client = NotificationsAPIClient(key, base_url=url, timeout=seconds)
    try:
        references = {
            str(one["reference"])
            for status in _FAILURES
            for one in client.get_all_notifications_iterator(status=status, template_type="email")
            if one["reference"]
        }
        return [
            Bounce(reference, _FAILURES[status])
            for reference in sorted(references)
            if (status := _newest(client, reference)) in _FAILURES
        ]
    except APIError as error:
        if error.status_code in _KEY_REFUSED:
            raise BadRequest(
                "GOV.UK Notify refuses EVENHAND_NOTIFY_KEY: make a new key there, and set it."
            ) from error
        raise ServiceUnreachable(
            "GOV.UK Notify", url, f"It answered with {error.status_code}: try again later."
        ) from error
    finally:
        client.request_session.close()


def _newest(client: NotificationsAPIClient, reference: str) -> str:
    found = client.get_all_notifications(reference=reference)["notifications"]
    return str(found[0]["status"]) if found else ""


async def tell_the_cases(
    cases: Cases, deliveries: Deliveries, school: str, failed: list[Bounce]
) -> list[CameBack]:
    """Tells the cases of one school which of their letters came back.

    What is no letter of the school's is left out (others may use the same Notify service), and so
    is that of a case which is settled. Raises what else `Cases.letter_returned` does.
    """
    told = []
    for bounce in failed:
        found = await deliveries.letter_of(bounce.message_id)
        if found is None or found[0] != school:
            continue
        _, reference, letter_id = found
        letter = (await cases.show(reference)).letter(letter_id)
        known = letter is None or letter.status is LetterStatus.RETURNED
        if not known:
            try:
                await cases.letter_returned(bounce)
            except ActionRefused:  # the case is settled: nobody follows it up any more
                continue
        told.append(CameBack(reference, bounce.status, known=known))
    return told
