"""Let each who is told of an alert have a link of their own; keep what people answered and wrote.

And when an alert ended, and which rung of the ladder each try was of. A link that was sent before
goes on working: it names nobody, and whoever opens it is asked for a name.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the columns."""
    op.create_table(
        "alert_link",
        Column("token_sha256", Text, primary_key=True),
        Column("alert_id", Integer, nullable=False),
        Column("person", Text, nullable=False),
        Column("made", Text, nullable=False),
    )
    op.create_index("ix_alert_link_alert_id", "alert_link", ["alert_id"])
    op.create_table(
        "alert_reply",
        Column("id", Integer, primary_key=True),
        Column("alert_id", Integer, nullable=False),
        Column("at", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("text", Text, nullable=False),
    )
    op.create_index("ix_alert_reply_alert_id", "alert_reply", ["alert_id"])
    op.execute(
        "INSERT INTO alert_link (token_sha256, alert_id, person, made)"
        " SELECT token_sha256, id, '', opened FROM alert"
    )
    with op.batch_alter_table("alert") as alert:
        alert.alter_column("token_sha256", existing_type=Text(), nullable=True)
        alert.add_column(Column("ended", Text))
    is_file = op.get_bind().dialect.name == "sqlite"  # which would not have it as a new store
    with op.batch_alter_table("attempt", recreate="always" if is_file else "never") as attempt:
        attempt.add_column(Column("step", Integer))
