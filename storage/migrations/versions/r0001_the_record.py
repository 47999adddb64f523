"""The record: events that nobody can change, their projections, people, texts and policies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only: UPDATE is refused'); END
    """,
    """
    CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only: DELETE is refused'); END
    """,
    # REPLACE removes the row that is in its way, and no delete trigger need see it.
    """
    CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
    WHEN EXISTS (
        SELECT 1 FROM events
        WHERE school = NEW.school AND reference = NEW.reference AND sequence = NEW.sequence
    )
    BEGIN SELECT RAISE(ABORT, 'events are append-only: REPLACE is refused'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'events are append-only: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events()
    """,
    # ALWAYS: a session that calls itself a replica does not get past it either.
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_refuse_change",
)


def upgrade() -> None:
    """Creates every table, and the triggers that keep the events as they were written."""
    _events()
    _projections()
    _shelf()
    _people()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Removes everything, the record included."""
    for table in (
        "texts",
        "person_roles",
        "persons",
        "reference_counters",
        "school_policies",
        "schools",
        "calendars",
        "policies",
        "due_items",
        "cases",
        "events",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_events()")


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("school", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("actor_role", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "reference", "sequence", name="pk_events"),
        sqlite_with_rowid=False,
    )


def _projections() -> None:
    op.create_table(
        "cases",
        sa.Column("school", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("track", TEXT, nullable=False),
        sa.Column("policy_digest", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "reference", name="pk_cases"),
    )
    op.create_index("ix_cases_school_stage", "cases", ["school", "stage"])
    op.create_index("ix_cases_school_opened_at", "cases", ["school", "opened_at"])
    op.create_table(
        "due_items",
        sa.Column("school", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("deadline", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("owner", TEXT, nullable=True),
        sa.Column("owner_role", TEXT, nullable=True),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school", "reference", "deadline", name="pk_due_items"),
    )
    op.create_index("ix_due_items_school_due_at", "due_items", ["school", "due_at"])


def _shelf() -> None:
    op.create_table(
        "policies",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_policies"),
        sa.UniqueConstraint("policy", "version", name="uq_policies_policy_version"),
    )
    op.create_table(
        "calendars",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_calendars"),
    )
    op.create_table(
        "schools",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("calendar_digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schools"),
        sa.ForeignKeyConstraint(
            ["calendar_digest"], ["calendars.digest"], name="fk_schools_calendar_digest_calendars"
        ),
    )
    op.create_table(
        "school_policies",
        sa.Column("school", TEXT, nullable=False),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("school", "policy", name="pk_school_policies"),
        sa.ForeignKeyConstraint(
            ["school"], ["schools.id"], name="fk_school_policies_school_schools"
        ),
        sa.ForeignKeyConstraint(
            ["digest"], ["policies.digest"], name="fk_school_policies_digest_policies"
        ),
    )
    op.create_table(
        "reference_counters",
        sa.Column("school", TEXT, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school", "prefix", "year", name="pk_reference_counters"),
    )


def _people() -> None:
    op.create_table(
        "persons",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("school", TEXT, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
    )
    op.create_index("ix_persons_school_added_at", "persons", ["school", "added_at"])
    op.create_table(
        "person_roles",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("person", "role", name="pk_person_roles"),
        sa.ForeignKeyConstraint(
            ["person"], ["persons.id"], name="fk_person_roles_person_persons", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "texts",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("school", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
        sa.ForeignKeyConstraint(
            ["person"], ["persons.id"], name="fk_texts_person_persons", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_texts_person", "texts", ["person"])
    op.create_index("ix_texts_school_reference", "texts", ["school", "reference"])
