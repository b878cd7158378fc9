"""The tables as they were before there were revisions: every older store has them.

A store that has them and names no revision is this one (`adopt`). Nothing here follows `schema`:
these tables are what is out there.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = MetaData()
Kind = type[Text | Integer | BigInteger | Boolean | Float[float] | LargeBinary]


def _key(*names: str, kind: Kind = Text) -> list[Column[Any]]:
    return [Column(name, kind, primary_key=True, autoincrement=False) for name in names]


def _must(*names: str, kind: Kind = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _may(*names: str, kind: Kind = Text) -> list[Column[Any]]:
    return [Column(name, kind) for name in names]


def _counted() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _table(name: str, *parts: Column[Any] | list[Column[Any]] | UniqueConstraint) -> Table:
    columns = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    return Table(name, TABLES, *columns)


def _index(name: str, table: Table, *columns: str, unique: bool = False, where: str = "") -> None:
    condition = text(where) if where else None
    Index(
        name,
        *(table.c[column] for column in columns),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _of_event() -> list[Column[Any]]:
    return [
        *_must("type", "severity", "time", "stored"),
        *_may("late_ms", kind=Integer),
        *_must("historical", kind=Boolean),
        *_may("body", kind=LargeBinary),
        *_must("bodysha256", "prevlink", "link", kind=LargeBinary),
    ]


_NUMBER = "sequence"
_BEGINNING = "sequence = 1"
EVENT = _table("event", _key("gate", "epoch"), _key(_NUMBER, kind=BigInteger), _of_event())
_index("event_stored", EVENT, "stored")
_index("event_beginning", EVENT, "gate", "time", where=_BEGINNING)
_doubted = _table(
    "doubted",
    _key("gate", "epoch"),
    _key(_NUMBER, kind=BigInteger),
    _must("boot"),
    _must("bootns", kind=BigInteger),
    _must("said"),
    _may("booted"),
)
_index("doubted_boot", _doubted, "gate", "boot", where="booted IS NULL")
_stream = _table(
    "stream",
    _key("gate", "epoch"),
    _must("upto", kind=BigInteger),
    _must("link", kind=LargeBinary),
    _must("events", kind=BigInteger),
    _must("touched", "moved"),
)
_index("stream_gap", _stream, "moved", where="events > upto")
_table(
    "quarantine",
    _counted(),
    _must("gate", "epoch"),
    _must(_NUMBER, kind=BigInteger),
    _must("why", "at"),
    _must("body", kind=LargeBinary),
    Column("bodysha256", LargeBinary, nullable=False, unique=True),
    _must("times", kind=Integer),
)
_alarm = _table("alarm", _counted(), _must("kind", "gate", "since", "detail"), _may("cleared"))
_index("alarm_stands", _alarm, "kind", "gate", unique=True, where="cleared IS NULL")
_table("alarm_cleared", _key("alarm_id", kind=Integer), _must("at", "by", "role", "why"))
_table(
    "gate",
    _key("gate"),
    _must("state", "seen", "epoch"),
    _must(_NUMBER, kind=BigInteger),
    _must("told"),
    _must("oldest_pending_s", kind=Float),
    _must("troubled", "doubted"),
    _may("certificate_until"),
    _must("payload"),
)
_passage = _table(
    "passage",
    _key("gate", "passage_id"),
    _must("epoch"),
    _must(_NUMBER, kind=BigInteger),
    _must("day", "category", "decision"),
    _may("person_ref"),
    _must("started", "decided"),
    _may("hold_id"),
    _must("drill", kind=Boolean),
)
_index("passage_day", _passage, "day")
_index("passage_decided", _passage, "decided")
_index("passage_person", _passage, "person_ref")
_table(
    "hold",
    _key("gate", "hold_id"),
    _must("state"),
    _must("stepped", kind=BigInteger),
    _may("passage_id", "person_ref", "category", "reason", "opened", "outcome", "closed"),
    _may("surface_centi_c", "contact_centi_c", kind=Integer),
    _must("since"),
    _may("due_s", kind=Float),
    _must("overdue", kind=Integer),
    _must("drill", kind=Boolean),
)
_table(
    "report", _key("gate", "day"), _must("epoch"), _must(_NUMBER, kind=BigInteger), _must("data")
)
_table(
    "purged",
    _counted(),
    _must("at", "cause"),
    _may("request"),
    _must("gate", "epoch"),
    _must("redacted", kind=Integer),
    _must("first_sequence", "last_sequence", kind=BigInteger),
    _must("link_before", "link_after", kind=LargeBinary),
)
_notable = _table(
    "notable",
    _counted(),
    _must("gate", "epoch"),
    _must(_NUMBER, kind=BigInteger),
    _must("type", "severity"),
    _may("subject"),
    _must("time"),
    _must("drill", kind=Boolean),
    _must("data"),
    UniqueConstraint("gate", "epoch", _NUMBER),
)
_index("notable_type", _notable, "type", "time")
_index("notable_severity", _notable, "severity", "id")
_table(
    "merged_report",
    _key("day"),
    _key("version", kind=Integer),
    _must("made", "by", "why"),
    _must("complete", kind=Boolean),
    _must("abnormal", kind=Integer),
    _must("sha256", "document"),
)
_table(
    "policy",
    _key("version", kind=Integer),
    _may("valid_from"),
    _must("issued", "by", "why", "hall_mode", "sha256", "document"),
)
_alert = _table(
    "alert",
    _counted(),
    Column("key", Text, nullable=False, unique=True),
    _must("topic", "kind", "gate", "subject", "text", "opened", "state"),
    _must("step", kind=Integer),
    _must("next_at", "token_sha256"),
    _may("answered", "answered_by"),
)
_index("alert_due", _alert, "state", "next_at")
_index("alert_topic", _alert, "topic", "opened")
_attempt = _table(
    "attempt",
    _counted(),
    _must("alert_id", kind=Integer),
    _must("at", "person", "channel"),
    _must("sent", kind=Boolean),
    _must("took_ms", kind=Integer),
)
_index("ix_attempt_alert_id", _attempt, "alert_id")
_judged = _table(
    "contact_judged",
    _counted(),
    _must("gate", "hold_id", "person_ref", "state", "by", "at", "reason"),
)
_index("judged_hold", _judged, "gate", "hold_id")
_table("account", _key("name"), _must("role", "password", "made"), _must("disabled", kind=Boolean))
_table("session", _key("token_sha256"), _must("name", "csrf", "begun", "seen"))
_table("look", _counted(), _must("at", "who", "role", "what", "subject", "why"))
_table(
    "api_key",
    _key("name"),
    Column("key_sha256", Text, nullable=False, unique=True),
    _must("made"),
    _must("disabled", kind=Boolean),
)
_table("erasure", _key("request"), _must("at", "by", "role", "why", "person_ref"), _may("done"))

_IN_MONTHS = Table(
    "event",
    MetaData(),
    *_must("gate", "epoch"),
    *_must(_NUMBER, kind=BigInteger),
    *_of_event(),
    postgresql_partition_by="RANGE (stored)",
)
_index("event_stored", _IN_MONTHS, "stored")
_index("event_beginning", _IN_MONTHS, "gate", "time", where=_BEGINNING)
_IS_ONE_TABLE = text("SELECT relkind = 'r' FROM pg_class WHERE oid = to_regclass('event')")


def upgrade() -> None:
    """Make them where there is nothing: a backup of that time is to be restored."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        _IN_MONTHS.create(connection)
    TABLES.create_all(connection)


def adopt(connection: Connection) -> None:
    """Let PostgreSQL's one table of events, from before there were months, become their first."""
    if connection.dialect.name != "postgresql" or not connection.execute(_IS_ONE_TABLE).scalar():
        return
    newest = connection.execute(text("SELECT max(stored) FROM event")).scalar() or "1970-01"
    year, month = int(newest[:4]), int(newest[5:7])
    after = f"{year + month // 12:04d}-{month % 12 + 1:02d}"
    first = f"event_{year:04d}_{month:02d}"
    for statement in (
        f"ALTER TABLE event RENAME TO {first}",
        f"ALTER INDEX event_pkey RENAME TO {first}_pkey",
        f"ALTER INDEX event_stored RENAME TO {first}_stored",
        f"ALTER INDEX IF EXISTS event_beginning RENAME TO {first}_beginning",
    ):
        connection.execute(text(statement))
    _IN_MONTHS.create(connection)
    bounds = f"FOR VALUES FROM (MINVALUE) TO ('{after}')"
    connection.execute(text(f"ALTER TABLE event ATTACH PARTITION {first} {bounds}"))
