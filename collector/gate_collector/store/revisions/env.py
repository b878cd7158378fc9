"""Runs Alembic inside a transaction that is there already: `migrations.upgrade` brings it."""

from __future__ import annotations

from alembic import context

from gate_collector.store.schema import ABOUT, METADATA

context.configure(
    connection=context.config.attributes["connection"],
    on_version_apply=context.config.attributes["on_applied"],
    target_metadata=[METADATA, ABOUT],
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
