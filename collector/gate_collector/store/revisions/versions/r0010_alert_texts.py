"""Keep what an alert says in English, too: its page is read in both languages."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was told before is in the language in which it was told."""
    op.add_column("alert", Column("text_en", Text))
