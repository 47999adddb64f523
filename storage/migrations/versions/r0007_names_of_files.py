"""What a file that came with a reply was called, under the same key as the file."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    op.add_column("enclosures", sa.Column("name", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Removes the names."""
    with op.batch_alter_table("enclosures") as table:
        table.drop_column("name")
