"""Runs migrations in the transaction of whoever asks for them; see app/migrating.py."""

from alembic import context

from app.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction covers all of them
)
context.run_migrations()
