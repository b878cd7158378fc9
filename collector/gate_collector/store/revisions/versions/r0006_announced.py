"""Keep what the public was told."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "announcement",
        Column("id", Integer, primary_key=True),
        Column("at", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("hall_mode", Text, nullable=False),
        Column("policy_version", Integer, nullable=False),
        Column("facts", Text, nullable=False),
        Column("zh", Text, nullable=False),
        Column("en", Text, nullable=False),
    )
