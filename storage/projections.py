"""What is kept beside the record so that it can be read quickly: a row per case, and what is due.

All of it follows from the events, and is written in the same transaction as they are.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case, Deadline
from storage.tables import CaseRow, DueItemRow


async def project(connection: AsyncConnection, case: Case, head: bytes) -> None:
    """Writes a case as it stands after the event whose hash is `head`."""
    await _upsert(connection, _case_row(case, head))
    await connection.execute(
        delete(DueItemRow).where(
            DueItemRow.school == case.school, DueItemRow.reference == case.reference
        )
    )
    if case.deadlines:
        rows = [_due_row(case, deadline) for deadline in case.deadlines]
        await connection.execute(insert(DueItemRow), rows)


async def forget_projections(connection: AsyncConnection) -> None:
    """Empties the projections, before they are built anew."""
    await connection.execute(delete(DueItemRow))
    await connection.execute(delete(CaseRow))


async def _upsert(connection: AsyncConnection, row: Mapping[str, Any]) -> None:
    insert_into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert_into(CaseRow)
    fresh = {name: statement.excluded[name] for name in row if name not in ("school", "reference")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["school", "reference"], set_=fresh), row
    )


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
