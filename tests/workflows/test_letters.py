"""Letters of a case, over real SMTP: when they go, that they go once, and when they come back."""

from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO

import pytest
from pypdf import PdfReader

from domain.letters import LetterProblem, LetterText, Part
from domain.vocabulary import Channel, LetterStatus
from gateway.bounces import read_bounce
from gateway.errors import BadRequest, ServiceUnreachable
from gateway.letters import Approved, Sending
from gateway.notify_reports import failed_at_notify, tell_the_cases
from storage.deliveries import Delivery
from tests.support.govuk_notify_mock import KEY as NOTIFY_KEY
from tests.support.govuk_notify_mock import mocked_notify
from tests.support.school import POLICY, SCHOOL
from tests.workflows.conftest import Running

WHY = {"reason": "You spoke over others twice.", "clauses": ["ep.expect.speech"]}
REMIND = "remind_informally"


async def a_case(running: Running) -> str:
    opened = await running.cases.open(
        POLICY, running.school.concern(), running.school.actor("asha")
    )
    return opened.reference


async def until_sent(running: Running, reference: str) -> None:
    """Lets time pass until the school has opened and every letter of the case has gone."""
    for _ in range(10):
        if not (await running.held(reference)).letters_to_send:
            return
        now = await running.environment.get_current_time()
        await running.pass_time(now + timedelta(days=1))
    raise AssertionError("a letter is still waiting")


def parts(message: EmailMessage) -> tuple[str, str, str]:
    """The plain text, the HTML, and the text of the PDF."""
    plain = message.get_body(("plain",))
    html = message.get_body(("html",))
    (pdf,) = list(message.iter_attachments())
    assert plain is not None
    assert html is not None
    pages = PdfReader(BytesIO(pdf.get_content())).pages
    return plain.get_content(), html.get_content(), "\n".join(p.extract_text() for p in pages)


async def test_a_reminder_goes_out_as_it_was_drafted(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")
    (draft,) = await running.cases.drafts(reference, REMIND, WHY, head)
    assert draft.due.to == running.school.people["idris"]
    assert await running.types(reference) == ["case:opened", *["deadline:set"] * 2]

    await running.cases.act(reference, REMIND, WHY, head, letters=Sending.AS_DRAFTED)
    await until_sent(running, reference)

    (message,) = [one for one in running.outbox.messages if "idris" in one["To"]]
    assert reference in message["Subject"]
    for said in parts(message):
        assert "You spoke over others twice." in " ".join(said.split())
    case = await running.cases.show(reference)
    assert case.letters[0].status is LetterStatus.SENT
    assert f"<{case.letters[0].message_id}>" == message["Message-ID"]
    assert (await running.school.stores.record.verify(SCHOOL)).holds


async def test_a_letter_is_edited_before_it_goes(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")
    (draft,) = await running.cases.drafts(reference, REMIND, WHY, head)
    kinder = draft.text.model_copy(update={"subject": "A word between us"})
    approved = Approved(draft.due.kind, draft.due.to or "", kinder)

    await running.cases.act(reference, REMIND, WHY, head, letters=[approved])
    await until_sent(running, reference)

    message = running.outbox.messages[-1]
    assert message["Subject"] == f"A word between us ({reference})"
    events = await running.events(reference)
    (prepared,) = [e.fact for e in events if e.fact.type == "letter:prepared"]
    assert prepared.edited
    kept = await running.school.stores.texts.read(prepared.text)
    assert LetterText.model_validate_json(kept) == kinder


async def test_a_letter_that_lost_what_it_must_say_is_not_sent(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")
    (draft,) = await running.cases.drafts(reference, REMIND, WHY, head)
    left = tuple(p for p in draft.text.parts if p.part is not Part.RIGHT_TO_COMPLAIN)
    approved = Approved(
        draft.due.kind, draft.due.to or "", draft.text.model_copy(update={"parts": left})
    )
    before = await running.cases.show(reference)

    with pytest.raises(LetterProblem, match="right to complain"):
        await running.cases.act(reference, REMIND, WHY, head, letters=[approved])

    assert await running.cases.show(reference) == before
    assert running.outbox.messages == []


async def test_a_letter_for_another_case_is_not_sent_with_this_one(running: Running) -> None:
    first, second = await a_case(running), await a_case(running)
    head = running.school.actor("cara")
    (draft,) = await running.cases.drafts(first, REMIND, WHY, head)
    approved = Approved(draft.due.kind, draft.due.to or "", draft.text)

    with pytest.raises(LetterProblem, match=f"Reference: {second}"):
        await running.cases.act(second, REMIND, WHY, head, letters=[approved])


async def test_nothing_goes_out_while_the_school_is_shut(running: Running) -> None:
    reference = await a_case(running)
    calendar = await running.school.stores.shelf.calendar(
        (await running.cases.show(reference)).calendar_digest
    )
    now = await running.environment.get_current_time()
    days = [now.date() + timedelta(days=n) for n in range(1, 12)]
    closed = next(one for one in days if not calendar.is_school_day(one))
    await running.pass_time(calendar.opening(closed))

    await running.cases.act(
        reference, REMIND, WHY, running.school.actor("cara"), letters=Sending.AS_DRAFTED
    )

    assert not [one for one in running.outbox.messages if "idris" in one["To"]]
    await until_sent(running, reference)
    events = await running.events(reference)
    (sent,) = [e.fact for e in events if e.fact.type == "letter:sent"]
    assert calendar.is_school_day(calendar.local_date(sent.sent_at))


async def test_an_address_that_refuses_comes_back_to_the_case(running: Running) -> None:
    reference = await a_case(running)
    running.outbox.refuse = "550 5.7.1 Not here"

    await running.cases.act(
        reference, REMIND, WHY, running.school.actor("cara"), letters=Sending.AS_DRAFTED
    )
    await until_sent(running, reference)

    case = await running.cases.show(reference)
    assert case.letters[0].status is LetterStatus.RETURNED
    assert any(deadline.about == "letter-returned" for deadline in case.deadlines)


async def test_somebody_without_an_address_is_written_to_by_post(running: Running) -> None:
    nowhere = await running.school.stores.people.add_person(SCHOOL, "Jude Price", None, [])
    fields = running.school.concern(respondent=nowhere)
    opened = await running.cases.open(POLICY, fields, running.school.actor("asha"))

    await running.cases.act(
        opened.reference, REMIND, WHY, running.school.actor("cara"), letters=Sending.AS_DRAFTED
    )

    (letter,) = (await running.cases.show(opened.reference)).letters
    assert letter.channel is Channel.POST


async def test_a_letter_that_bounces_later_comes_back_to_the_case(running: Running) -> None:
    reference = await a_case(running)
    await running.cases.act(
        reference, REMIND, WHY, running.school.actor("cara"), letters=Sending.AS_DRAFTED
    )
    await until_sent(running, reference)
    message = running.outbox.messages[-1]
    report = a_report(message)

    found, acted = await running.cases.letter_returned(read_bounce(report))

    assert found == reference
    assert acted.events[0].fact.type == "letter:returned"


async def test_after_a_crash_in_mid_conversation_the_record_says_perhaps_twice(
    running: Running,
) -> None:
    reference = await a_case(running)
    deliveries = running.school.stores.deliveries
    now = await running.environment.get_current_time()
    case = await running.cases.show(reference)
    # What a worker leaves that was killed between the server's yes and its own note of it. The
    # letter's id is the number of its event: two more (the move, its deadlines) come before it.
    guess = [f"{reference}.l{n}@{SCHOOL}.evenhand".lower() for n in range(case.sequence, 20)]
    for message_id in guess:
        await deliveries.begin(message_id, SCHOOL, reference, "l", now)

    await running.cases.act(
        reference, REMIND, WHY, running.school.actor("cara"), letters=Sending.AS_DRAFTED
    )
    await until_sent(running, reference)

    events = await running.events(reference)
    (sent,) = [e.fact for e in events if e.fact.type == "letter:sent"]
    assert sent.perhaps_twice
    (letter,) = (await running.cases.show(reference)).letters
    before = await deliveries.begin(letter.message_id or "", SCHOOL, reference, letter.id, now)
    assert before is not None
    assert before.state is Delivery.TAKEN


async def test_a_quiet_case_that_lapses_says_so(running: Running) -> None:
    reference = await a_case(running)
    await running.cases.act(reference, REMIND, WHY, running.school.actor("cara"))
    case = await running.cases.show(reference)
    quiet = max(d.due_at for d in case.deadlines if d.kind.value == "quiet_period")

    await running.pass_time(quiet + timedelta(days=4))
    await until_sent(running, reference)

    (letter,) = (await running.cases.show(reference)).letters
    assert (letter.kind, letter.status) == ("lapse", LetterStatus.SENT)
    message = next(m for m in running.outbox.messages if "idris" in m["To"])
    assert "ended" in message["Subject"]


def a_report(message: EmailMessage) -> bytes:
    """A mail server's report that this message could not be delivered (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@mail.example\r\n"
        "To: evenhand@rowan-hill.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example\r\n\r\n"
        "Final-Recipient: rfc822; idris@rowan-hill.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message['Message-ID']}\r\nSubject: {message['Subject']}\r\n\r\n"
        "--b--\r\n"
    ).encode()


async def test_a_family_that_goes_further_hears_from_the_school_and_not_from_itself(
    running: Running,
) -> None:
    fields = {"track": "school_concern", "severity": "minor", "clauses": ["ep.staff.information"]}
    opened = await running.cases.open(POLICY, fields, running.school.actor("hana"))

    await running.cases.act(
        opened.reference,
        "talk_with_staff",
        {"reason": "I would like to ask.", "clauses": ["ep.staff.information"]},
        running.school.actor("hana"),
        letters=Sending.AS_DRAFTED,
    )
    await until_sent(running, opened.reference)

    message = next(m for m in running.outbox.messages if "hana" in m["To"])
    plain, _, _ = parts(message)
    assert "Ben Okafor, senior leader, is glad to talk with you" in plain
    assert plain.rstrip().splitlines()[-3] == "Ben Okafor"


async def test_the_police_are_asked_by_a_letter_on_paper(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")

    await running.cases.act(
        reference,
        "seek_external_advice",
        WHY | {"kind": "police"},
        head,
        letters=Sending.AS_DRAFTED,
    )

    letters = (await running.cases.show(reference)).letters
    (asking,) = [one for one in letters if one.kind == "referral"]
    assert asking.channel is Channel.POST
    words = LetterText.model_validate_json(await running.school.stores.texts.read(asking.text))
    assert words.addressee[0] == "The police"
    assert "committed an offence" in " ".join(str(part.blocks) for part in words.parts)


async def test_what_govuk_notify_could_not_deliver_comes_back_to_the_case(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")
    await running.cases.act(reference, REMIND, WHY, head, letters=Sending.AS_DRAFTED)
    await until_sent(running, reference)
    (letter,) = (await running.cases.show(reference)).letters
    deliveries = running.school.stores.deliveries
    with mocked_notify() as notify:
        notify.took(str(letter.message_id))
        notify.took("a-message-of-another-system")
        for one in (str(letter.message_id), "a-message-of-another-system"):
            notify.failed(one, "temporary-failure")
        notify.took("sent-again@rowan-hill.evenhand")
        notify.failed("sent-again@rowan-hill.evenhand", "technical-failure")
        notify.took("sent-again@rowan-hill.evenhand")
        failed = await failed_at_notify(NOTIFY_KEY, notify.url)
        notify.status = 403
        with pytest.raises(BadRequest, match="EVENHAND_NOTIFY_KEY"):
            await failed_at_notify(NOTIFY_KEY, notify.url)
    with pytest.raises(ServiceUnreachable):
        await failed_at_notify(NOTIFY_KEY, "http://127.0.0.1:9", 2)

    told = await tell_the_cases(running.cases, deliveries, SCHOOL, failed)
    again = await tell_the_cases(running.cases, deliveries, SCHOOL, failed)

    assert [one.message_id for one in failed] == ["a-message-of-another-system", letter.message_id]
    assert told == [(reference, "4.4.7", False)]
    assert again == [(reference, "4.4.7", True)]
    (returned,) = (await running.cases.show(reference)).letters
    assert returned.status is LetterStatus.RETURNED
    assert (await running.types(reference)).count("letter:returned") == 1
