"""The register: remembers where the chain of a school's own events ends."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table; the entries themselves are events like any others."""
    op.create_table(
        "registers",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", name="pk_registers"),
    )


def downgrade() -> None:
    """Removes the table; it can be built anew from the events."""
    op.drop_table("registers")
