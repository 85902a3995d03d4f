"""Alembic's environment: runs on the connection that `ledger.book.schema.upgrade` hands over, never on its own."""

from __future__ import annotations

from alembic import context

from ledger.book.storage import document_tables, filed_tables, tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table="ledger_version",
)
with context.begin_transaction():
    context.run_migrations()

__all__ = ["document_tables", "filed_tables"]
