"""Find the registrations whose body is still here without reading those of all years.

The retention counts them and looks for what is due once an hour, and for the page `/retention`. And
a table says which version of the program made which change.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEALED = text("type = 'gate.person.registered.v1' AND body IS NOT NULL")


def upgrade() -> None:
    """Make both."""
    op.create_index(
        "event_sealed", "event", ["stored"], sqlite_where=_SEALED, postgresql_where=_SEALED
    )
    op.create_table(
        "migration",
        Column("revision", Text, primary_key=True),
        Column("program", Text, nullable=False),
        Column("at", Text, nullable=False),
    )
