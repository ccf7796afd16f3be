"""Alembic environment: runs migrations on the connection that `integrations.store.upgrade` opened."""

from alembic import context

from integrations.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
