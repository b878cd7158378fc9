"""Keep what the centre asked of a door (厅内发现指令), and who did."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "found_order",
        Column("order_id", Text, primary_key=True),
        Column("gate", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("person_ref", Text),
        Column("category", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("made", Text, nullable=False),
        Column("expires", Text, nullable=False),
    )
    op.create_index("found_order_made", "found_order", ["made"])
