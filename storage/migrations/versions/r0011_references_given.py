"""Which reference was given to the action that opens a case: sent twice, it opens one case."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "references_given",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("school", "action_id", name="pk_references_given"),
    )


def downgrade() -> None:
    """Removes the table."""
    op.drop_table("references_given")
