"""The list of one door's events in the order of their numbers: what is missing stands beside it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from gate_agent.contract.records import Severity
from gate_collector.store.schema import DOUBTED, EVENT, own_word_of
from gate_collector.web.lists import Column, ColumnKind, Listing, numbers, section

_BEFORE = EVENT.alias("before")
_NAMES = ("gate", "epoch", "sequence", "type", "severity", "time", "stored", "late_ms")
# The number of the event before this one; 0 before the first.
_PREVIOUS = func.coalesce(
    select(func.max(_BEFORE.c.sequence))
    .where(
        _BEFORE.c.gate == EVENT.c.gate,
        _BEFORE.c.epoch == EVENT.c.epoch,
        _BEFORE.c.sequence < EVENT.c.sequence,
    )
    .scalar_subquery(),
    0,
).label("previous")


def _missing(row: Any) -> str | None:
    first, last = row.previous + 1, row.sequence - 1
    return None if last < first else numbers(first, last)


EVENTS = Listing(
    name="events",
    title="events.title",
    columns=(
        Column("sequence", "column.sequence", ColumnKind.NUMBER, of=EVENT.c.sequence,
               href=lambda row: f"/events/{row.gate}/{row.epoch}/{row.sequence}"),
        Column("missing", "events.missing", value=_missing, sorts=False),
        Column("type", "column.event", ColumnKind.WORD, of=EVENT.c.type, filters=True,
               words=section("event_type")),
        Column("severity", "column.lane", ColumnKind.WORD, of=EVENT.c.severity, filters=True,
               words=section("severity"), choices=tuple(Severity)),
        Column("time", "column.occurred", ColumnKind.TIME, of=EVENT.c.time, filters=True),
        Column("stored", "column.stored", ColumnKind.TIME, of=EVENT.c.stored),
        Column("late_ms", "column.late_by", ColumnKind.SPAN, of=EVENT.c.late_ms, per=1000),
    ),
    order="sequence",
    page=100,
    bad=lambda row: row.sequence - row.previous > 1,
)  # fmt: skip


def events_of(gate: str, epoch: str, first: int) -> Select[Any]:
    """Return the question for a door's events of one epoch, from a number on."""
    own_words = DOUBTED.c.said, DOUBTED.c.booted
    return (
        select(*(EVENT.c[name] for name in _NAMES), *own_words, _PREVIOUS)
        .select_from(EVENT.outerjoin(DOUBTED, own_word_of(EVENT)))
        .where(EVENT.c.gate == gate, EVENT.c.epoch == epoch, EVENT.c.sequence >= first)
    )
