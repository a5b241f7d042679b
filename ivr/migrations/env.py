"""Alembic runs this. The connection is ivr.database.migrate's, and so is the transaction."""

from alembic import context

from ivr.database import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
