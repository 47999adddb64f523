"""What is recorded as histories: together they go through all of the workflows' code.

Each scenario says the id of its workflow, or the reference of its case.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle

from domain.contracts import (
    CHECKPOINTS,
    RETENTION_SWEEP,
    FeedbackSent,
    case_workflow_id,
    meeting_workflow_id,
    referral_workflow_id,
)
from domain.feedback import Feedback
from domain.register import HoldPlaced
from domain.vocabulary import DeadlineKind, Role
from gateway.cases import Cases
from gateway.feedback import feedback_of, pass_on
from gateway.letters import Sending
from settings import HERE
from storage.policy_files import load_policy
from tests.rules.building import ELEANOR_PALMER, a_text, span
from tests.support.closing import SETTLED, a_recorded_case
from tests.support.school import CALENDAR, POLICY, SCHOOL, SchoolInTest
from tests.workflows.conftest import QUEUE, Running

KEPT_FOR_A_DAY = ELEANOR_PALMER.model_copy(
    update={"version": "1.0.1", "retention": span("1 calendar days")}
)
WHY = {"reason": "Written for the record.", "clauses": ["ep.expect.speech"]}


async def a_whole_ladder(running: Running) -> str:
    """Every rung, a hearing, a confirmed restriction, a refusal on the way, and an end."""
    cases, school = running.cases, running.school
    head, chair, leader = school.actor("cara"), school.actor("dafydd"), school.actor("ben")
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    reference = opened.reference
    await cases.act(reference, "acknowledge", {}, leader)
    for step in ("remind_informally", "remind_formally", "warn"):
        await cases.act(reference, step, WHY, head)
    case = await cases.show(reference)
    calendar = await school.stores.shelf.calendar(case.calendar_digest)
    start = calendar.local_date(await running.environment.get_current_time())
    policy = await school.stores.shelf.policy(case.policy_digest)
    rules = next(step.restriction for step in policy.ladders[0].steps if step.restriction)
    terms = {
        "scopes": ["meetings"],
        "review_on": calendar.add(start, rules.review_within),
        "contact": "By e-mail to the office.",
        "contact_through": "Gil Navarro",
        "meetings": "By video call.",
    }
    await cases.act(reference, "restrict_access", WHY | terms, leader)
    restriction = {"restriction": (await cases.show(reference)).restrictions[-1].id}
    said = {"text": "I would like to explain what happened."}
    await cases.act(reference, "submit_representations", said, school.actor("idris"))
    answer = {"answer": "Thank you; we have shortened it."}
    await cases.act(reference, "confirm_restriction", WHY | restriction | answer, chair)
    await cases.act(reference, "signpost", {}, leader)
    await cases.act(reference, "lift_restriction", WHY | restriction, chair)
    await cases.act(reference, "close", WHY | {"outcome": "resolved"}, head)
    return case_workflow_id(SCHOOL, reference)


async def an_overdue_case_that_lapses(running: Running) -> str:
    """Reminders at every level, a lapse by itself, and the end of the time for reopening."""
    cases, school = running.cases, running.school
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    reference = opened.reference
    await cases.act(reference, "remind_informally", WHY, school.actor("cara"))
    case = await cases.show(reference)
    quiet = next(d for d in case.deadlines if d.kind is DeadlineKind.QUIET_PERIOD)
    await running.pass_time(quiet.due_at + timedelta(minutes=5))
    case = await cases.show(reference)
    (reopening,) = case.deadlines
    await running.pass_time(reopening.due_at + timedelta(minutes=5))
    return case_workflow_id(SCHOOL, reference)


async def a_meeting(running: Running) -> tuple[str, str]:
    """Arranged, moved, reminded of, asked about twice and stopped; the case's workflow's id, and
    the meeting's."""
    cases, school = running.cases, running.school
    leader = school.actor("ben")
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    reference = opened.reference
    now = await running.environment.get_current_time()
    days = [one for one in CALENDAR.school_days if one > CALENDAR.local_date(now)]
    first, second = (CALENDAR.instant(day, time(11)) for day in (days[3], days[5]))
    await cases.act(reference, "schedule_meeting", {"at": first, "place": "The library."}, leader)
    meeting = (await cases.show(reference)).meetings[-1].id
    moved = {"meeting": meeting, "at": second, "reason": "So that everybody can come."}
    await cases.act(reference, "reschedule_meeting", moved, leader)
    await running.pass_time(CALENDAR.opening(days[8]))
    stopped = {"meeting": meeting, "clauses": ["ep.expect.stopping"], "reason": "Voices rose."}
    await cases.act(reference, "stop_meeting", stopped, leader)
    said = {"discussed": "Very little.", "decided": "To try again."}
    await cases.act(reference, "record_meeting", {"meeting": meeting, **said}, leader)
    workflow = meeting_workflow_id(SCHOOL, reference, meeting)
    await running.client.get_workflow_handle(workflow).result()
    return case_workflow_id(SCHOOL, reference), workflow


async def a_new_advocate(running: Running) -> str:
    """A family's own concern, a meeting, and an advocate who is named after it was arranged; with
    every letter that goes with it."""
    cases, school = running.cases, running.school
    leader, parent = school.actor("ben"), school.actor("hana")
    concern = {
        "track": "school_concern",
        "severity": "minor",
        "clauses": ["ep.staff.information"],
        "narrative": "Nobody has told us of the new timetable.",
    }
    reference = (await cases.open(POLICY, concern, parent)).reference
    now = await running.environment.get_current_time()
    days = [one for one in CALENDAR.school_days if one > CALENDAR.local_date(now)]
    drafted = Sending.AS_DRAFTED
    await cases.act(reference, "acknowledge", {}, leader, letters=drafted)
    at = {"at": CALENDAR.instant(days[4], time(11))}
    await cases.act(reference, "schedule_meeting", at, leader, letters=drafted)
    named = {"advocate": "Idris Bello"}
    await cases.act(reference, "appoint_advocate", named, parent, letters=drafted)
    await running.pass_time(CALENDAR.opening(days[2]))
    meeting = {"meeting": (await cases.show(reference)).meetings[-1].id}
    await cases.act(reference, "end_advocacy", {}, parent, letters=drafted)
    called_off = meeting | {"reason": "We have talked on the telephone."}
    await cases.act(reference, "cancel_meeting", called_off, leader, letters=drafted)
    await running.pass_time(CALENDAR.opening(days[6]))
    return case_workflow_id(SCHOOL, reference)


async def a_night(running: Running) -> str:
    """A checkpoint for two governors, one of whom has no such address; the workflow's id."""
    cases, school = running.cases, running.school
    await cases.open(POLICY, school.concern(), school.actor("asha"))
    running.outbox.unknown.add("elif@rowan-hill.example")
    name = "checkpoints-in-test"
    await running.client.execute_workflow(CHECKPOINTS, id=name, task_queue=QUEUE)
    running.outbox.unknown.clear()
    return name


async def a_case_handed_over(client: Client, cases: Cases, school: SchoolInTest) -> str:
    """Enough notes for the server to suggest continuing as new."""
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    for number in range(14):
        note = {"text": f"Note {number}."}
        await cases.act(opened.reference, "add_note", note, school.actor("ben"))
    return opened.reference


async def a_sweep(client: Client, school: SchoolInTest) -> WorkflowHandle[Any, int]:
    """One case that was kept long enough, and one whose legal hold is to be looked at again."""
    for reference in ("EP-2026-0001", "EP-2026-0002"):
        await a_recorded_case(school, reference, SETTLED, policy=KEPT_FOR_A_DAY)
    await school.stores.shelf.publish_policy(KEPT_FOR_A_DAY)
    held = HoldPlaced(reference="EP-2026-0002", reason=a_text(), review_on=date(2026, 9, 15))
    office = school.actor("gil")
    await school.stores.registrar.append(SCHOOL, [held], office, "hold", datetime.now(UTC))
    handle: WorkflowHandle[Any, int] = await client.start_workflow(
        RETENTION_SWEEP, id="retention-sweep", task_queue=QUEUE, result_type=int
    )
    await handle.result()
    return handle


async def feedback_passed_on(client: Client, school: SchoolInTest) -> tuple[Feedback, FeedbackSent]:
    """A service's feedback for one day, sent to the local authority's officer."""
    stores = school.stores
    pack = load_policy(HERE / "policies" / "parent-partnership-standards.yaml")
    await stores.shelf.adopt_policy(SCHOOL, await stores.shelf.publish_policy(pack))
    await stores.people.add_person(
        SCHOOL, "Olwen Hart", "officer@authority.example", [Role.LOCAL_AUTHORITY_OFFICER]
    )
    now = datetime.now(UTC).replace(microsecond=0)
    counted = await feedback_of(stores, SCHOOL, now, days=(now.date(), now.date()))
    sent = await pass_on(client, SCHOOL, counted, school.actor("gil"), task_queue=QUEUE)
    return counted, sent


async def a_referral(running: Running) -> tuple[str, str]:
    """A referral that goes to the parent, for want of an address, and what came of it; the
    workflow ids of the case and of the referral."""
    cases, school = running.cases, running.school
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    reference, parent = opened.reference, school.actor("hana")
    await cases.act(reference, "refer_to_sendiass", {"shared": ["name"]}, parent)
    now = await running.environment.get_current_time()
    await running.pass_time(now + timedelta(days=4))
    (referral,) = (await cases.show(reference)).referrals
    assert referral.sent
    came = {"referral": referral.id, "outcome": "advice_given"}
    await cases.act(reference, "record_referral_outcome", came, parent)
    its_own = referral_workflow_id(SCHOOL, reference, referral.id)
    await running.client.get_workflow_handle(its_own).result()
    return case_workflow_id(SCHOOL, reference), its_own
