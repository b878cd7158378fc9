"""The collector's tables, the same on SQLite and PostgreSQL.

`event` is what the gates said, keyed by (gate, epoch, sequence); `stream` how far each gate's
chain is whole; `quarantine` what could not be taken; `alarm` what people must look into.
The others are views of `event`, and of what the gates said last.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    text,
)

METADATA = MetaData()
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
HEAD = REVISIONS[-1]
# Raised when events are made into views otherwise: then the next start puts all rows right.
VIEWS_OF = 1


def only_where(condition: str) -> dict[str, Any]:
    """Return the arguments that limit an index to the rows of a condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


EVENT = Table(
    "event",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("stored", Text, nullable=False),
    Column("late_ms", Integer),  # NULL: the gate's clock was in doubt, and nobody knows
    Column("historical", Boolean, nullable=False),  # it waited at the gate for a connection
    Column("body", LargeBinary),  # NULL once redacted
    Column("bodysha256", LargeBinary, nullable=False),
    Column("prevlink", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
)
Index("event_stored", EVENT.c.stored)
BEGINNING = "sequence = 1"  # of an epoch: asked for of every gate, and there once
Index("event_beginning", EVENT.c.gate, EVENT.c.time, **only_where(BEGINNING))
SEALED = "type = 'gate.person.registered.v1' AND body IS NOT NULL"  # a registration, still here
Index("event_sealed", EVENT.c.stored, **only_where(SEALED))
DOUBTED = Table(  # what came under a clock in doubt (时钟存疑): the gate's own word, kept
    "doubted",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Text, nullable=False),
    Column("bootns", BigInteger, nullable=False),
    Column("said", Text, nullable=False),  # when it happened, by the gate's own clock
    Column("booted", Text),  # when that boot began, as the gate knew later; NULL until it does
)
Index("doubted_boot", DOUBTED.c.gate, DOUBTED.c.boot, **only_where("booted IS NULL"))


def own_word_of(table: Table) -> ColumnElement[bool]:
    """Return the condition that joins an event to the time which the gate itself gave it."""
    return and_(*(DOUBTED.c[key] == table.c[key] for key in ("gate", "epoch", "sequence")))


STREAM = Table(
    "stream",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("touched", Text, nullable=False),
    Column("moved", Text, nullable=False),  # when `upto` grew last
)
Index("stream_gap", STREAM.c.moved, **only_where("events > upto"))
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the first 64 KiB of it
    Column("bodysha256", LargeBinary, nullable=False),
    Column("times", Integer, nullable=False),
)
Index("quarantine_once", QUARANTINE.c.gate, QUARANTINE.c.bodysha256, unique=True)
ALARM = Table(
    "alarm",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("gate", Text, nullable=False),  # empty: it is the hall's
    Column("since", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("cleared", Text),
)
ALARM_STANDS = "cleared IS NULL"
Index("alarm_stands", ALARM.c.kind, ALARM.c.gate, unique=True, **only_where(ALARM_STANDS))
CLEARED = Table(  # who looked into an alarm that stands until somebody did
    "alarm_cleared",
    METADATA,
    Column("alarm_id", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("why", Text, nullable=False),
)
GATE = Table(  # the newest state message of each gate
    "gate",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("told", Text, nullable=False),  # the gate's own time of it, wills left out
    Column("oldest_pending_s", Float, nullable=False),
    Column("troubled", Text, nullable=False),  # devices that are not ok, in words
    Column("doubted", Text, nullable=False),  # what speaks against its thermometer
    Column("certificate_until", Text),  # when the first of its link's certificates expires
    Column("payload", Text, nullable=False),
)
PASSAGE = Table(
    "passage",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("passage_id", Text, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("person_ref", Text),
    Column("started", Text, nullable=False),
    Column("decided", Text, nullable=False),
    Column("hold_id", Text),
    Column("drill", Boolean, nullable=False),
)
Index("passage_day", PASSAGE.c.day)
Index("passage_decided", PASSAGE.c.decided)
Index("passage_person", PASSAGE.c.person_ref)
HOLD = Table(
    "hold",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("hold_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("stepped", BigInteger, nullable=False),  # sequence that gave the state
    Column("passage_id", Text),
    Column("person_ref", Text),
    Column("category", Text),
    Column("reason", Text),
    Column("opened", Text),
    Column("outcome", Text),
    Column("closed", Text),
    Column("surface_centi_c", Integer),
    Column("contact_centi_c", Integer),
    Column("since", Text, nullable=False),
    Column("due_s", Float),
    Column("overdue", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),
)
# Databases differ on where a hold belongs whose beginning has not come.
NEWEST_HOLDS = HOLD.c.opened.desc().nulls_last(), HOLD.c.gate, HOLD.c.hold_id
OLDEST_HOLDS = HOLD.c.opened.asc().nulls_last(), HOLD.c.gate, HOLD.c.hold_id
REPORT = Table(
    "report",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)
PURGED = Table(  # personal data that is gone: the proof that what is left is whole
    "purged",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("cause", Text, nullable=False),  # retention | request | wipe
    Column("request", Text),
    Column("gate", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("redacted", Integer, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("link_before", LargeBinary, nullable=False),
    Column("link_after", LargeBinary, nullable=False),
)
NOTABLE = Table(  # every event that is not a passage or a registration: few, and asked for often
    "notable",
    METADATA,
    Column("id", Integer, primary_key=True),  # in the order of arrival
    Column("gate", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("subject", Text),
    Column("time", Text, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("gate", "epoch", "sequence"),
)
Index("notable_type", NOTABLE.c.type, NOTABLE.c.time)
Index("notable_severity", NOTABLE.c.severity, NOTABLE.c.id)
SIGNER = Table(  # whose signature was heard, and since when the newest key in that name is good
    "signer",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("issued", Text, nullable=False),
)

ABOUT = MetaData()  # tables that tell of the store itself: no backup carries them
SECRET = Table(  # random secrets of this centre, made once: all its processes know the same
    "secret",
    ABOUT,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
REVISION = Table(  # which revision the others are of: Alembic's own
    "alembic_version",
    ABOUT,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
MIGRATION = Table(  # which version of the program made which revision
    "migration",
    ABOUT,
    Column("revision", Text, primary_key=True),
    Column("program", Text, nullable=False),
    Column("at", Text, nullable=False),
)
