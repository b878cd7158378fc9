"""Keep what the office recorded of the district's receipt, and the papers of a case.

Both are the centre's own evidence: only ever added to, and no event of a door.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text, UniqueConstraint

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both."""
    op.create_table(
        "district_told",
        Column("id", Integer, primary_key=True),
        Column("gate", Text, nullable=False),
        Column("hold_id", Text, nullable=False),
        Column("told", Text, nullable=False),
        Column("to", Text, nullable=False),
        Column("taken_by", Text, nullable=False),
        Column("reference", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("recorded", Text, nullable=False),
    )
    op.create_index("district_hold", "district_told", ["gate", "hold_id"])
    op.create_table(
        "case_paper",
        Column("gate", Text, primary_key=True),
        Column("hold_id", Text, primary_key=True),
        Column("serial", Integer, primary_key=True, autoincrement=False),
        Column("case_number", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("number", Integer, nullable=False),
        Column("issued", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("document", Text, nullable=False),
        UniqueConstraint("case_number", "kind", "number"),
    )
