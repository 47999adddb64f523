"""What is recorded as histories: together they go through all of the workflows' code.

Each scenario says the id of its workflow, or the reference of its case.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle

from domain.contracts import CHECKPOINTS, RETENTION_SWEEP, case_workflow_id
from domain.register import HoldPlaced
from domain.vocabulary import DeadlineKind
from gateway.cases import Cases
from tests.rules.building import ELEANOR_PALMER, a_text, span
from tests.support.closing import SETTLED, a_recorded_case
from tests.support.school import POLICY, SCHOOL, SchoolInTest
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
