"""Which cases go on, and under which calendar and version of their code."""

from sqlalchemy import func, or_, select

from storage.database import Database
from storage.tables import CaseRow


async def going_on(database: Database, school: str, *, not_under: str | None = None) -> list[str]:
    """The references of the cases that are open, or closed with something still to come.

    With `not_under`, only those that go by another calendar than the one with this digest.
    """
    found = (
        select(CaseRow.reference)
        .where(
            CaseRow.school == school,
            or_(CaseRow.closed_at.is_(None), CaseRow.next_at.is_not(None)),
        )
        .order_by(CaseRow.reference)
    )
    if not_under is not None:
        found = found.where(~CaseRow.state.contains(f'"calendar_digest":"{not_under}"'))
    async with database.reading() as connection:
        return list((await connection.scalars(found)).all())


async def open_under(database: Database, school: str) -> dict[str, int]:
    """How many open cases run under each version of a policy, by its digest."""
    counted = (
        select(CaseRow.policy_digest, func.count())
        .where(CaseRow.school == school, CaseRow.closed_at.is_(None))
        .group_by(CaseRow.policy_digest)
    )
    async with database.reading() as connection:
        rows = await connection.execute(counted)
        return {row[0]: row[1] for row in rows}
