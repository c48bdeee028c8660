"""Alembic's entry point: always on the connection that `upgrade` hands in, inside its transaction."""

from alembic import context

from state.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
