"""Indexes from which the lists of cases, and of what is due, are read without opening a case."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BY_STAGE = ["school", "stage", "opened_at", "reference", "track", "policy_digest"]
BY_LADDER = ["school", "track", "policy_digest", "reference"]
BY_TIME = ["school", "due_at", "kind", "reference"]
BY_PERSON = ["school", "person", "part", "reference"]
BY_CASE = ["school", "reference", "due_at", "kind", "due_on"]


def upgrade() -> None:
    """Makes the indexes, in place of three that held too little."""
    op.create_index("ix_cases_by_stage", "cases", BY_STAGE)
    op.create_index("ix_cases_by_ladder", "cases", BY_LADDER)
    op.create_index("ix_due_items_by_time", "due_items", BY_TIME)
    op.create_index("ix_due_items_by_case", "due_items", BY_CASE)
    op.create_index("ix_involvements_by_person", "involvements", BY_PERSON)
    op.drop_index("ix_cases_school_stage", "cases")
    op.drop_index("ix_due_items_school_due_at", "due_items")
    op.drop_index("ix_involvements_school_person_reference", "involvements")


def downgrade() -> None:
    """Goes back to those three."""
    op.create_index(
        "ix_involvements_school_person_reference", "involvements", ["school", "person", "reference"]
    )
    op.create_index("ix_cases_school_stage", "cases", ["school", "stage"])
    op.create_index("ix_due_items_school_due_at", "due_items", ["school", "due_at"])
    op.drop_index("ix_involvements_by_person", "involvements")
    op.drop_index("ix_due_items_by_case", "due_items")
    op.drop_index("ix_due_items_by_time", "due_items")
    op.drop_index("ix_cases_by_ladder", "cases")
    op.drop_index("ix_cases_by_stage", "cases")
