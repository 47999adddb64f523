"""The ledger: each event's place in its school's Merkle tree, and checkpoints signed over it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")

# What makes a row of each table that row, in every way in which REPLACE could remove it.
IDENTITIES = {
    "ledger": (("school", "position"), ("school", "reference", "sequence")),
    "checkpoints": (("school", "number"),),
    "audit_keys": (("school", "public_key"),),
}


def upgrade() -> None:
    """Creates the tables, and the triggers that keep what is signed as it was."""
    _create()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, identities in IDENTITIES.items():
        for statement in _sqlite(table, identities) if sqlite else _postgresql(table):
            op.execute(statement)


def downgrade() -> None:
    """Removes the tables; without a copy of the checkpoints their evidence is lost."""
    for table in ("audit_keys", "checkpoints", "tiles", "ledger"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in IDENTITIES:
            op.execute(f"DROP FUNCTION refuse_change_of_{table}()")


def _create() -> None:
    op.create_table(
        "ledger",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "position", name="pk_ledger"),
        sa.UniqueConstraint(
            "school", "reference", "sequence", name="uq_ledger_school_reference_sequence"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tiles",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "level", "position", name="pk_tiles"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "number", name="pk_checkpoints"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_keys",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("school", "public_key", name="pk_audit_keys"),
        sqlite_with_rowid=False,
    )


def _sqlite(table: str, identities: tuple[tuple[str, ...], ...]) -> list[str]:
    statements = [
        f"""
        CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only: {verb} is refused'); END
        """
        for verb in ("UPDATE", "DELETE")
    ]
    for number, identity in enumerate(identities):
        same = " AND ".join(f"{column} = NEW.{column}" for column in identity)
        statements.append(f"""
        CREATE TRIGGER {table}_refuse_replace_{number} BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
        BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only: REPLACE is refused'); END
        """)
    return statements


def _postgresql(table: str) -> list[str]:
    return [
        f"""
        CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the table {table} is append-only: % is refused', TG_OP
                USING ERRCODE = 'restrict_violation';
        END
        $$
        """,
        f"""
        CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_{table}()
        """,
        # ALWAYS: a session that calls itself a replica does not get past it either.
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse_change",
    ]
