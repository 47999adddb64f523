"""Who has a part in a case, the lists that a person saved, and what they have not finished yet."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")
_SINGLE = ("respondent", "family", "advocate", "raised_by", "owner")
_SEVERAL = {"named": "named", "conflict": "conflicts", "panel": "panel"}


def upgrade() -> None:
    """Creates the tables, and fills in who has a part in the cases that are there."""
    involvements = op.create_table(
        "involvements",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("school", "reference", "person", "part", name="pk_involvements"),
    )
    op.create_index(
        "ix_involvements_school_person_reference",
        "involvements",
        ["school", "person", "reference"],
    )
    _fill(involvements)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.ForeignKeyConstraint(
            ["person"], ["persons.id"], name="fk_saved_views_person_persons", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_saved_views_school_person", "saved_views", ["school", "person"])
    _unfinished()


def _unfinished() -> None:
    op.create_table(
        "unfinished",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("kept_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unfinished"),
        sa.ForeignKeyConstraint(
            ["person"], ["persons.id"], name="fk_unfinished_person_persons", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_unfinished_school_person", "unfinished", ["school", "person"])
    op.create_index("ix_unfinished_kept_until", "unfinished", ["kept_until"])
    op.create_table(
        "unfinished_files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unfinished", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unfinished_files"),
        sa.ForeignKeyConstraint(
            ["unfinished"],
            ["unfinished.id"],
            name="fk_unfinished_files_unfinished_unfinished",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_unfinished_files_unfinished", "unfinished_files", ["unfinished"])


def _fill(involvements: sa.Table) -> None:
    """What `domain.involvement` finds in each case, as its state had it in this version."""
    cases = sa.table("cases", sa.column("school"), sa.column("reference"), sa.column("state"))
    connection = op.get_bind()
    for school, reference, state in connection.execute(sa.select(cases)).all():
        rows = [
            {"school": school, "reference": reference, "person": person, "part": part}
            for person, part in _parts(json.loads(state))
        ]
        if rows:
            connection.execute(involvements.insert(), rows)


def _parts(case: dict[str, Any]) -> list[tuple[str, str]]:
    found = {(case[part], part) for part in _SINGLE if case.get(part)}
    for part, field in _SEVERAL.items():
        found |= {(person, part) for person in case.get(field, ())}
    return sorted(found)


def downgrade() -> None:
    """Removes the tables, and what they hold."""
    op.drop_table("unfinished_files")
    op.drop_table("unfinished")
    op.drop_table("saved_views")
    op.drop_table("involvements")
