"""Alembic's entry; `gateway.store.schema` runs the history itself, so nothing is to be done here."""
