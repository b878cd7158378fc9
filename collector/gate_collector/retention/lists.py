"""The lists of the page of retention (保存与清除): who asked, what went here and at doors."""

from __future__ import annotations

from gate_agent.contract.privacy_records import PurgeCause
from gate_collector.store.schema import PURGED
from gate_collector.store.schema_office import ERASURE
from gate_collector.web.lists import Column, ColumnKind, Listing, numbers, section

_PART = 20  # rows of each: there are three lists on the page
_CAUSES = tuple(PurgeCause)


REQUESTS = Listing(
    name="requests",
    title="retention.requests",
    columns=(
        Column("at", "column.at", ColumnKind.TIME, of=ERASURE.c.at, filters=True),
        Column("by", "column.by", of=ERASURE.c.by),
        Column("role", "column.role", ColumnKind.WORD, of=ERASURE.c.role, filters=True,
               words=section("centre_role")),
        Column("why", "column.reason", of=ERASURE.c.why, sorts=False),
        Column("redacted", "retention.removed", ColumnKind.NUMBER, sorts=False),
        Column("done", "retention.certificate", ColumnKind.TIME, of=ERASURE.c.done,
               href=lambda row: f"/retention/certificates/{row.request}" if row.done else ""),
    ),
    order="-at",
    then=(ERASURE.c.request,),
    page=_PART,
    bad=lambda row: not row.done,
    marks=lambda row: {"request": row.request},
)  # fmt: skip
REMOVED = Listing(
    name="removed_here",
    title="retention.removed_here",
    columns=(
        Column("at", "column.at", ColumnKind.TIME, of=PURGED.c.at, filters=True),
        Column("cause", "column.reason", ColumnKind.WORD, of=PURGED.c.cause, filters=True,
               words=section("purge_cause"), choices=_CAUSES),
        Column("gate", "column.door", ColumnKind.DOOR, of=PURGED.c.gate, filters=True),
        Column("redacted", "column.events", ColumnKind.NUMBER, of=PURGED.c.redacted),
        Column("numbers", "column.sequence", of=PURGED.c.first_sequence,
               value=lambda row: numbers(row.first_sequence, row.last_sequence)),
    ),
    order="-at",
    then=(PURGED.c.id.desc(),),
    page=_PART,
)  # fmt: skip
AT_DOORS = Listing(
    name="removed_doors",
    title="retention.removed_doors",
    columns=(
        Column("time", "column.at", ColumnKind.TIME, filters=True),
        Column("cause", "column.reason", ColumnKind.WORD, value=lambda row: row.told.cause,
               filters=True, words=section("purge_cause"), choices=_CAUSES),
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("registrations", "retention.registrations", ColumnKind.NUMBER,
               value=lambda row: row.told.redacted),
        Column("people", "retention.people", ColumnKind.NUMBER,
               value=lambda row: row.told.people),
        Column("waiting", "retention.waiting", ColumnKind.NUMBER,
               value=lambda row: row.told.waiting),
    ),
    order="-time",
    page=_PART,
)  # fmt: skip
