"""Keep what a clerk enters for the daily report (补充登记), and by whom."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "day_entry",
        Column("id", Integer, primary_key=True),
        Column("day", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("data", Text, nullable=False),
        Column("corrects", Integer),
    )
    op.create_index("day_entry_day", "day_entry", ["day"])
    op.create_index("day_entry_corrects", "day_entry", ["corrects"], unique=True)
