"""Alembic's scripts: one file for each change of the store's tables, never edited once released."""
