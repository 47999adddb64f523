"""Run by Alembic: applies the migrations inside the transaction that `migrate` began."""

from alembic import context

from storage import account_tables  # noqa: F401  (they belong to the metadata)
from storage.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
