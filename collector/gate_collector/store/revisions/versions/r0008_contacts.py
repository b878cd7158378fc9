"""Keep the follow-up of contacts, names that no registration brings, and codes to be printed."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contact_followed",
        Column("id", Integer, primary_key=True),
        Column("gate", Text, nullable=False),
        Column("hold_id", Text, nullable=False),
        Column("person_ref", Text, nullable=False),
        Column("day", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("health", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("at", Text, nullable=False),
    )
    op.create_index("followed_hold", "contact_followed", ["gate", "hold_id"])
    op.create_table(
        "known_name",
        Column("person_ref", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("sealed", Text, nullable=False),
        Column("until", Text),
    )
    op.create_index("known_name_until", "known_name", ["until"])
    op.create_table(
        "booking_code",
        Column("code_sha256", Text, primary_key=True),
        Column("sealed", Text, nullable=False),
        Column("until", Text),
    )
