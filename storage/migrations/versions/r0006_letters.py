"""Letters: what is known of each message that was to be sent, and files that belong to a case."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("perhaps_twice", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_school_reference", "deliveries", ["school", "reference"])
    op.create_table(
        "enclosures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enclosures"),
        sa.ForeignKeyConstraint(
            ["person"], ["persons.id"], name="fk_enclosures_person_persons", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_enclosures_person", "enclosures", ["person"])
    op.create_index("ix_enclosures_school_reference", "enclosures", ["school", "reference"])


def downgrade() -> None:
    """Removes the tables, and what they hold."""
    op.drop_table("enclosures")
    op.drop_table("deliveries")
