"""The read log: views that nobody can change, beside the events."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER views_refuse_update BEFORE UPDATE ON views
    BEGIN SELECT RAISE(ABORT, 'views are append-only: UPDATE is refused'); END
    """,
    """
    CREATE TRIGGER views_refuse_delete BEFORE DELETE ON views
    BEGIN SELECT RAISE(ABORT, 'views are append-only: DELETE is refused'); END
    """,
    # REPLACE removes the row that is in its way, and no delete trigger need see it.
    """
    CREATE TRIGGER views_refuse_replace BEFORE INSERT ON views
    WHEN EXISTS (
        SELECT 1 FROM views
        WHERE school = NEW.school AND (position = NEW.position OR id = NEW.id)
    )
    BEGIN SELECT RAISE(ABORT, 'views are append-only: REPLACE is refused'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_change_of_views() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'views are append-only: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER views_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON views
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_views()
    """,
    # ALWAYS: a session that calls itself a replica does not get past it either.
    "ALTER TABLE views ENABLE ALWAYS TRIGGER views_refuse_change",
)


def upgrade() -> None:
    """Creates the table, and the triggers that keep its rows as they were written."""
    op.create_table(
        "views",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("school", "position", name="pk_views"),
        sa.UniqueConstraint("school", "id", name="uq_views_school_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_views_school_reference", "views", ["school", "reference"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Removes the read log."""
    op.drop_table("views")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_views()")
