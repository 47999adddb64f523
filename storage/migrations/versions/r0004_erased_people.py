"""Erased people: their id stays, and says since when everything else is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")


def upgrade() -> None:
    """Adds the column."""
    op.add_column("persons", sa.Column("erased_at", MOMENT, nullable=True))


def downgrade() -> None:
    """Removes the column; whoever was erased stays so."""
    op.drop_column("persons", "erased_at")
