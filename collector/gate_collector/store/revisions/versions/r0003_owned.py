"""Let what was set aside be known by its door too; keep secrets of the centre, and who signs.

One door that sends what another one sent is set aside for itself. A secret is made when it is
first asked for.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE, _ONCE = "quarantine", "quarantine_bodysha256_key"  # as PostgreSQL names it
_NAMED = {"uq": "%(table_name)s_%(column_0_name)s_key"}  # SQLite gave it no name


def upgrade() -> None:
    """Change the one, make the other."""
    with op.batch_alter_table(_TABLE, naming_convention=_NAMED) as table:
        table.drop_constraint(_ONCE, type_="unique")
    op.create_index("quarantine_once", _TABLE, ["gate", "bodysha256"], unique=True)
    op.create_table(
        "secret",
        Column("name", Text, primary_key=True),
        Column("value", LargeBinary, nullable=False),
    )
    op.create_table(
        "signer",
        Column("name", Text, primary_key=True),
        Column("issued", Text, nullable=False),
    )
