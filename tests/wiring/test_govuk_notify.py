"""Letters through GOV.UK Notify, of which these tests have a mock."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from activities.govuk_notify import GovukNotify
from activities.letters import Rendered, letter_message
from correspondence.mail_server import AddressRefused, NotTaken, Unanswered
from domain.letters import LetterText, Part, Passage
from tests.support.govuk_notify_mock import KEY, TEMPLATE, NotifyMock, mocked_notify

TEXT = LetterText(
    kind="warning",
    reference="EP-2026-0042",
    dated="15 September 2026",
    addressee=("Daniel Reyes",),
    subject="A formal warning",
    greeting="Dear Daniel Reyes,",
    parts=(Passage(part=Part.OPENING, blocks=("We are sorry to have to write.",)),),
    closing="Yours sincerely,",
    signatory=("Sam Okafor", "headteacher"),
)
MESSAGE_ID = "ep-2026-0042.l9@eleanor-palmer.evenhand"
MESSAGE = letter_message(
    TEXT,
    Rendered(pdf=b"%PDF-1.7 made up", plain="We are sorry to have to write.", html="<p></p>"),
    to="daniel@home.example",
    sender="office@school.example",
    message_id=MESSAGE_ID,
    at=datetime(2026, 9, 15, 9, 0, tzinfo=UTC),
)


@pytest.fixture
def mock() -> Iterator[NotifyMock]:
    with mocked_notify() as served:
        yield served


def notify(mock: NotifyMock, seconds: float = 10) -> GovukNotify:
    return GovukNotify(KEY, TEMPLATE, "office@school.example", mock.url, seconds)


async def test_a_letter_is_handed_over_with_its_pdf(mock: NotifyMock) -> None:
    await notify(mock).hand_over(MESSAGE)

    (sent,) = mock.sent
    assert sent["email_address"] == "daniel@home.example"
    assert sent["template_id"] == TEMPLATE
    assert sent["reference"] == MESSAGE_ID
    told = sent["personalisation"]
    assert told["subject"] == "A formal warning (EP-2026-0042)"
    assert "sorry to have to write" in told["body"]
    assert base64.b64decode(told["letter"]["file"]) == b"%PDF-1.7 made up"


async def test_a_letter_that_it_has_is_not_given_to_it_again(mock: NotifyMock) -> None:
    await notify(mock).hand_over(MESSAGE)
    await notify(mock).hand_over(MESSAGE)

    assert len(mock.sent) == 1


async def test_an_attempt_that_was_cut_off_sends_nothing_twice(mock: NotifyMock) -> None:
    mock.hold.clear()
    with pytest.raises(Unanswered):
        await notify(mock, seconds=0.2).hand_over(MESSAGE)
    mock.hold.set()

    await notify(mock).hand_over(MESSAGE)

    assert len(mock.sent) == 1


async def test_an_address_that_is_refused_comes_back(mock: NotifyMock) -> None:
    mock.status = 400
    mock.errors = [
        {"error": "ValidationError", "message": "email_address Not a valid email address"}
    ]

    with pytest.raises(AddressRefused) as refused:
        await notify(mock).hand_over(MESSAGE)

    assert refused.value.status == "5.1.3"


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
async def test_what_may_work_later_is_tried_again(mock: NotifyMock, status: int) -> None:
    mock.status = status

    with pytest.raises(NotTaken, match=str(status)):
        await notify(mock).hand_over(MESSAGE)


async def test_a_service_that_is_away_is_tried_again() -> None:
    away = GovukNotify(KEY, TEMPLATE, "office@school.example", "http://127.0.0.1:9", 2)

    with pytest.raises(Unanswered):
        await away.hand_over(MESSAGE)


@pytest.mark.parametrize("status", [502, 504])
async def test_a_gateway_says_nothing_of_the_message(mock: NotifyMock, status: int) -> None:
    mock.status = status

    with pytest.raises(Unanswered):
        await notify(mock).hand_over(MESSAGE)


async def test_an_address_that_it_found_to_be_wrong_comes_back(mock: NotifyMock) -> None:
    await notify(mock).hand_over(MESSAGE)
    mock.failed(MESSAGE_ID, "permanent-failure")

    with pytest.raises(AddressRefused) as refused:
        await notify(mock).hand_over(MESSAGE)

    assert refused.value.status == "5.1.1"
    assert len(mock.sent) == 1


@pytest.mark.parametrize("status", ["temporary-failure", "technical-failure"])
async def test_what_it_could_not_pass_on_is_given_to_it_again(
    mock: NotifyMock, status: str
) -> None:
    await notify(mock).hand_over(MESSAGE)
    mock.failed(MESSAGE_ID, status)

    await notify(mock).hand_over(MESSAGE)
    await notify(mock).hand_over(MESSAGE)

    assert len(mock.sent) == 2  # and the second, which is on its way, is not repeated


def test_the_key_is_not_shown(mock: NotifyMock) -> None:
    assert KEY not in repr(notify(mock))
