"""The lists of the ledger's page (漏瞒迟核查): what is missed, concealed, late."""

from __future__ import annotations

from typing import Any

from gate_collector.alarms.book import BY_HAND
from gate_collector.ledger.findings import Punctual
from gate_collector.store.schema import ALARM, CLEARED, EVENT, NOTABLE, QUARANTINE
from gate_collector.web.lists import Column, ColumnKind, Listing, numbers, section

_PART = 10  # rows of each: there are many lists on the page


def _all_bad(_row: Any) -> bool:
    return True


def _event(row: Any) -> str:
    return f"/events/{row.gate}/{row.epoch}/{row.sequence}"


CLEARED_ALARMS = Listing(
    name="cleared",
    title="ledger.cleared_alarms",
    columns=(
        Column("at", "ledger.cleared", ColumnKind.TIME, of=CLEARED.c.at, filters=True),
        Column("kind", "alerts.one", ColumnKind.WORD, of=ALARM.c.kind, filters=True,
               words=section("alarm_kind"), choices=tuple(sorted(BY_HAND))),
        Column("since", "say.since", ColumnKind.TIME, of=ALARM.c.since),
        Column("gate", "column.door", ColumnKind.DOOR, of=ALARM.c.gate, filters=True),
        Column("by", "column.by", of=CLEARED.c.by),
        Column("role", "column.role", ColumnKind.WORD, of=CLEARED.c.role,
               words=section("centre_role")),
        Column("why", "ledger.found", of=CLEARED.c.why, sorts=False),
    ),
    order="-at",
    then=(ALARM.c.id.desc(),),
    page=_PART,
    marks=lambda row: {"cleared": row.kind},
)  # fmt: skip
UNREPORTED = Listing(
    name="district",
    title="district.received",
    columns=(
        Column("opened", "contacts.held_at", ColumnKind.TIME, filters=True,
               href=lambda one: f"/cases/{one.gate}/{one.hold_id}"),
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("lacks", "column.what", ColumnKind.WORD, words=section("district_gap"), filters=True,
               value=lambda one: one.receipt.gaps[0]),
        Column("late_s", "column.late_by", ColumnKind.SPAN, value=lambda one: one.receipt.late_s),
    ),
    order="opened",
    page=_PART,
    bad=_all_bad,
    marks=lambda _: {"unreported": ""},
)  # fmt: skip
GAPS = Listing(
    name="gaps",
    title="ledger.gaps",
    columns=(
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("first", "column.sequence", sorts=False,
               value=lambda gap: numbers(gap.first, gap.last),
               href=lambda gap: f"/events/{gap.gate}/{gap.epoch}?from={max(1, gap.first - 1)}"),
        Column("count", "column.events", ColumnKind.NUMBER),
    ),
    order="-count",
    page=_PART,
    bad=_all_bad,
)  # fmt: skip
DUE_REPORTS = Listing(
    name="due",
    title="ledger.reports",
    columns=(
        Column("day", "column.day", ColumnKind.DAY, filters=True),
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("state", "column.state", ColumnKind.WORD, words=section("punctual"), filters=True),
        Column(
            "came", "ledger.came", ColumnKind.TIME, href=lambda one: _event(one) if one.came else ""
        ),
    ),
    order="-day",
    page=_PART,
    bad=lambda one: one.state is not Punctual.IN_TIME,
)
ASIDE = Listing(
    name="aside",
    title="ledger.aside",
    columns=(
        Column("at", "column.at", ColumnKind.TIME, of=QUARANTINE.c.at, filters=True),
        Column("gate", "column.door", ColumnKind.DOOR, of=QUARANTINE.c.gate, filters=True),
        Column("why", "column.reason", ColumnKind.WORD, of=QUARANTINE.c.why, filters=True,
               words=section("set_aside")),
        Column("sequence", "column.sequence", ColumnKind.NUMBER, of=QUARANTINE.c.sequence,
               href=lambda row: f"/quarantine/{row.id}"),
    ),
    order="-at",
    then=(QUARANTINE.c.id.desc(),),
    page=_PART,
    bad=_all_bad,
)  # fmt: skip
LOSSES = Listing(
    name="losses",
    title="ledger.losses",
    columns=(
        Column("time", "column.at", ColumnKind.TIME, of=NOTABLE.c.time, filters=True),
        Column("gate", "column.door", ColumnKind.DOOR, of=NOTABLE.c.gate, filters=True),
        Column("type", "column.event", ColumnKind.WORD, of=NOTABLE.c.type, filters=True,
               words=section("event_type"), href=_event),
    ),
    order="-time",
    then=(NOTABLE.c.id.desc(),),
    page=_PART,
    bad=_all_bad,
)  # fmt: skip
LATE = Listing(
    name="late",
    title="ledger.late_events",
    columns=(
        Column("time", "column.occurred", ColumnKind.TIME, of=EVENT.c.time, filters=True),
        Column("gate", "column.door", ColumnKind.DOOR, of=EVENT.c.gate, filters=True),
        Column("type", "column.event", ColumnKind.WORD, of=EVENT.c.type, filters=True,
               words=section("event_type"), href=_event),
        Column("late_ms", "column.late_by", ColumnKind.SPAN, of=EVENT.c.late_ms, per=1000),
    ),
    order="-time",
    then=tuple(EVENT.primary_key),
    page=_PART,
    bad=_all_bad,
)  # fmt: skip
SILENT = Listing(
    name="silent",
    title="ledger.silent",
    columns=(
        Column("gate", "column.door", ColumnKind.DOOR),
        Column("seen", "ledger.last_heard", ColumnKind.TIME),
        Column("silent_s", "ledger.silent_for", ColumnKind.SPAN),
    ),
    order="-silent_s",
    page=_PART,
    bad=_all_bad,
)
