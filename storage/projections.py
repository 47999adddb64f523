"""What is kept beside the record so that it can be read quickly: a row per case, what is due, and
who has a part in it.

All of it follows from the events, and is written in the same transaction as they are.
"""

from typing import Any

from sqlalchemy import Connection, Insert, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.case import Case, Deadline
from domain.involvement import involvements
from storage.tables import CaseRow, DueItemRow, InvolvementRow

_CASE = ("school", "reference")


def _put_case(insert_into: Any) -> Insert:
    statement = insert_into(CaseRow)
    fresh = {
        column.name: statement.excluded[column.name]
        for column in CaseRow.__table__.columns
        if column.name not in _CASE
    }
    put: Insert = statement.on_conflict_do_update(index_elements=_CASE, set_=fresh)
    return put


# Built once: building a statement costs more than running it.
_PUT_CASE = {"sqlite": _put_case(sqlite.insert), "postgresql": _put_case(postgresql.insert)}
_FORGET_DUE = delete(DueItemRow).where(
    DueItemRow.school == bindparam("school"), DueItemRow.reference == bindparam("reference")
)
_PUT_DUE = insert(DueItemRow)
_OF_THE_CASE = (
    InvolvementRow.school == bindparam("of_school"),
    InvolvementRow.reference == bindparam("of_reference"),
)
_WHO = select(InvolvementRow.person, InvolvementRow.part).where(*_OF_THE_CASE)
_FORGET_WHO = delete(InvolvementRow).where(*_OF_THE_CASE)
_PUT_WHO = insert(InvolvementRow)


def project(connection: Connection, case: Case, head: bytes) -> None:
    """Writes a case as it stands after the event whose hash is `head`."""
    connection.execute(_PUT_CASE[connection.dialect.name], _case_row(case, head))
    connection.execute(_FORGET_DUE, {"school": case.school, "reference": case.reference})
    if case.deadlines:
        connection.execute(_PUT_DUE, [_due_row(case, deadline) for deadline in case.deadlines])
    _put_people(connection, case)


def _put_people(connection: Connection, case: Case) -> None:
    # Who has a part changes seldom, so it is looked at first and left alone as a rule.
    place = {"of_school": case.school, "of_reference": case.reference}
    wanted = {(person, part.value) for person, part in involvements(case)}
    if {(person, part) for person, part in connection.execute(_WHO, place)} == wanted:
        return
    connection.execute(_FORGET_WHO, place)
    rows = [
        {"school": case.school, "reference": case.reference, "person": person, "part": part}
        for person, part in sorted(wanted)
    ]
    connection.execute(_PUT_WHO, rows)


def forget_projections(connection: Connection) -> None:
    """Empties the projections, before they are built anew."""
    connection.execute(delete(DueItemRow))
    connection.execute(delete(InvolvementRow))
    connection.execute(delete(CaseRow))


def _case_row(case: Case, head: bytes) -> dict[str, Any]:
    return {
        "school": case.school,
        "reference": case.reference,
        "track": case.track.value,
        "policy_digest": case.policy_digest,
        "stage": case.stage.value,
        "severity": case.severity.value,
        "sequence": case.sequence,
        "head": head,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "next_at": case.next_at,
        "state": case.model_dump_json(),
    }


def _due_row(case: Case, deadline: Deadline) -> dict[str, Any]:
    return {
        "school": case.school,
        "reference": case.reference,
        "deadline": deadline.id,
        "kind": deadline.kind.value,
        "about": deadline.about,
        "due_on": deadline.due_on,
        "due_at": deadline.due_at,
        "next_at": deadline.next_at,
        "owner": deadline.owner,
        "owner_role": deadline.rules[0].tell.value if deadline.rules else None,
        "level": deadline.level,
        "generation": deadline.generation,
    }
