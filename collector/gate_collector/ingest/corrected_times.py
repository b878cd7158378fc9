"""When things happened (更正时间): a gate's clock in doubt is corrected, and its own word is kept.

A board without a clock of its own begins in the past: its events say `unsynced`, or `stepped` after
somebody set it. What the centre shows, counts by day and hour, and measures by, goes by the
corrected time: when the boot began by the synchronised clock (`gate.clock.synced.v1`), and the
nanoseconds since. Until that is known, what came as it happened counts as of its arrival, and what
waited at the gate as of the gate's own time; how late either was, nobody knows. The gate's own
time stays in the body, and in `doubted`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, tuple_

from gate_agent.contract.contact_records import ContactListed, ContactUpdated
from gate_agent.contract.messages import Attributes, parse_body
from gate_agent.contract.moment import ClockQuality, corrected_utc, format_utc, on_clock, parse_utc
from gate_agent.contract.records import (
    ClockSynced,
    HoldClosed,
    HoldOpened,
    HoldStep,
    PassageDecided,
    Record,
)
from gate_agent.errors import StorageError
from gate_collector.ingest.arrival import Arrived
from gate_collector.ingest.hold_view import OF_HOLDS, keep_hold_anew
from gate_collector.store.dialect import insert_for
from gate_collector.store.records import read_record
from gate_collector.store.schema import DOUBTED, EVENT, NOTABLE, PASSAGE, STREAM, own_word_of

MOST_AT_ONCE = 500  # events of one transaction
_LOOKED_AT_AGAIN = 100  # synchronisations: workers commit out of order
_SLACK = timedelta(seconds=1)  # a record may be made a moment before its event
_IN_DOUBT = frozenset({ClockQuality.UNSYNCED, ClockQuality.STEPPED})
_OWN_TIMES: Mapping[type[Record], tuple[str, ...]] = {
    PassageDecided: ("started", "decided"),
    HoldOpened: ("opened",),
    HoldStep: ("at",),
    HoldClosed: ("closed",),
    ContactListed: ("listed",),
    ContactUpdated: ("at",),
}
_ANSWER_WITHIN_S = 30
_Boot = tuple[str, str]  # gate and boot id
Write = Callable[[Callable[[Connection], tuple[int, int]]], "Future[tuple[int, int]]"]


class Corrector:
    """Corrects what came before a synchronisation, by `write` in the writer's transactions."""

    def __init__(self, write: Write, zone: ZoneInfo) -> None:
        self._write = write
        self._zone = zone
        self._after = 0

    def round(self) -> None:
        """Correct everything that can be, some in each transaction."""
        done = MOST_AT_ONCE
        while done == MOST_AT_ONCE:
            part = self._write(lambda connection: correct_some(connection, self._zone, self._after))
            try:
                done, self._after = part.result(_ANSWER_WITHIN_S)
            except TimeoutError as exc:
                expected = f"the writer's answer within {_ANSWER_WITHIN_S} s"
                raise StorageError(f"expected {expected}, got none") from exc


def dated(connection: Connection, events: list[Arrived], now: datetime) -> list[Arrived]:
    """Return new events with the times that count; keep the own word of those in doubt.

    One that is corrected is as good as in holdover; the clock of the others stays in doubt.
    """
    boots = {(one.told.gate, one.told.boot) for one in events if one.told.clock in _IN_DOUBT}
    if not boots:
        return events
    began = _began(connection, boots, events)
    rows, dates = [], []
    for one in events:
        envelope = one.told
        if envelope.clock not in _IN_DOUBT:
            dates.append(one)
            continue
        booted = began.get((envelope.gate, envelope.boot))
        rows.append(_row(envelope, booted))
        happened = _happened(one, booted, now)
        moved, record = shifted(
            envelope, one.record, parse_utc(happened) - parse_utc(envelope.time)
        )
        if booted is not None:
            moved = moved.model_copy(update={"clock": ClockQuality.HOLDOVER})
        dates.append(one._replace(told=moved, record=record))
    insert: Any = insert_for(connection.engine)(DOUBTED)
    connection.execute(
        insert.on_conflict_do_update(  # one that broke the chain may have been of this number
            index_elements=list(DOUBTED.primary_key),
            set_={c.name: insert.excluded[c.name] for c in DOUBTED.c if not c.primary_key},
        ),
        rows,
    )
    return dates


def late_ms(envelope: Attributes, now: datetime) -> int | None:
    """Return how late an event came, from the gate's record to ours; None if nobody knows."""
    return None if envelope.clock in _IN_DOUBT else _late_ms(envelope.recordedtime, now)


def shifted(
    envelope: Attributes, record: Record | None, by: timedelta
) -> tuple[Attributes, Record | None]:
    """Move an event, and those of its record's own times that its boot's clock gave. Pure."""
    time = parse_utc(envelope.time)
    span = time - timedelta(microseconds=envelope.boot_ns // 1000) - _SLACK, time + _SLACK

    def moved(text: str) -> str:
        value = parse_utc(text)
        return format_utc(value + by) if span[0] <= value <= span[1] else text

    if record is not None:
        names = _OWN_TIMES.get(type(record), ())
        update: dict[str, Any] = {name: moved(getattr(record, name)) for name in names}
        if isinstance(record, ContactListed):
            update["contacts"] = tuple(
                entry.model_copy(update={"passed": moved(entry.passed)})
                for entry in record.contacts
            )
        elif isinstance(record, PassageDecided) and record.temperature.contact_at is not None:
            read = {"contact_at": moved(record.temperature.contact_at)}
            update["temperature"] = record.temperature.model_copy(update=read)
        record = record.model_copy(update=update)
    recorded = format_utc(parse_utc(envelope.recordedtime) + by)
    return envelope.model_copy(
        update={"time": format_utc(time + by), "recordedtime": recorded}
    ), record


def correct_some(connection: Connection, zone: ZoneInfo, after: int) -> tuple[int, int]:
    """Correct what came before its boot's synchronisation: at most MOST_AT_ONCE events.

    Return how many, and the newest synchronisation that is done with, to be told the next time.
    """
    synced = connection.execute(
        select(NOTABLE.c.id, NOTABLE.c.gate, NOTABLE.c.data)
        .where(NOTABLE.c.type == ClockSynced.TYPE, NOTABLE.c.id > after - _LOOKED_AT_AGAIN)
        .order_by(NOTABLE.c.id)
    ).all()
    _lock_undated(connection, {row.gate for row in synced})
    done = 0
    for row in synced:
        sync = read_record(ClockSynced, row.data)
        if sync is None:
            continue
        undated = connection.execute(
            select(DOUBTED, EVENT.c.body, EVENT.c.stored)
            .join(EVENT, own_word_of(EVENT))
            .where(
                DOUBTED.c.gate == row.gate,
                DOUBTED.c.boot == sync.boot,
                DOUBTED.c.booted.is_(None),
            )
            .order_by(DOUBTED.c.sequence)
            .limit(MOST_AT_ONCE - done)
        ).all()
        for event in undated:
            with suppress(ArithmeticError):  # a time that no calendar has: its own word stays
                _correct(connection, event, sync.booted, zone)
        done += len(undated)
        if done == MOST_AT_ONCE:
            break
        after = max(after, row.id)
    return done, after


def _lock_undated(connection: Connection, gates: set[str]) -> None:
    """Make these gates ours, as for ingest, where there is anything to correct: views follow."""
    undated = DOUBTED.c.booted.is_(None), DOUBTED.c.gate.in_(sorted(gates))
    of_these = STREAM.c.gate.in_(select(DOUBTED.c.gate).where(*undated).distinct())
    rows = select(STREAM.c.gate).where(of_these).order_by(STREAM.c.gate, STREAM.c.epoch)
    connection.execute(rows.with_for_update()).all()


def _row(envelope: Attributes, booted: str | None) -> dict[str, Any]:
    return {
        "gate": envelope.gate,
        "epoch": envelope.epoch,
        "sequence": envelope.number,
        "boot": envelope.boot,
        "bootns": envelope.boot_ns,
        "said": envelope.time,
        "booted": booted,
    }


def _happened(one: Arrived, booted: str | None, now: datetime) -> str:
    if booted is not None:
        return corrected_utc(booted, one.told.boot_ns)
    return one.told.time if one.historical else format_utc(now)


def _began(
    connection: Connection, boots: set[_Boot], events: Iterable[Arrived]
) -> dict[_Boot, str]:
    """Return when these boots began, as far as it is known: from the store, and these events."""
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.data)
        .where(
            NOTABLE.c.type == ClockSynced.TYPE,
            tuple_(NOTABLE.c.gate, NOTABLE.c.subject).in_(sorted(boots)),
        )
        .order_by(NOTABLE.c.id)
    )
    known = [
        (row.gate, record)
        for row in rows
        if (record := read_record(ClockSynced, row.data)) is not None
    ]
    come = [(one.told.gate, one.record) for one in events if isinstance(one.record, ClockSynced)]
    return {(gate, boot.boot): boot.booted for gate, boot in (*known, *come)}


def _correct(connection: Connection, row: Any, booted: str, zone: ZoneInfo) -> None:
    """Put one event where it belongs, in every table that has its time."""

    def change(table: Any, *where: Any, **values: Any) -> None:
        connection.execute(table.update().where(table.c.gate == row.gate, *where).values(values))

    def is_it(table: Any) -> tuple[Any, Any]:
        return table.c.epoch == row.epoch, table.c.sequence == row.sequence

    change(DOUBTED, *is_it(DOUBTED), booted=booted)
    happened = corrected_utc(booted, row.bootns)
    recorded, record = happened, None
    if row.body is not None:  # else it is a registration, redacted
        envelope = parse_body(bytes(row.body))
        moved, record = shifted(
            envelope, envelope.record(), parse_utc(happened) - parse_utc(envelope.time)
        )
        recorded = moved.recordedtime
    late = _late_ms(recorded, parse_utc(row.stored))
    change(EVENT, *is_it(EVENT), time=happened, late_ms=late)
    match record:
        case PassageDecided(passage_id=passage_id, started=started, decided=decided):
            day = on_clock(parse_utc(happened), zone).date().isoformat()
            times = {"day": day, "started": started, "decided": decided}
            change(PASSAGE, *is_it(PASSAGE), PASSAGE.c.passage_id == passage_id, **times)
        case Record():
            change(NOTABLE, *is_it(NOTABLE), time=happened, data=record.model_dump_json())
    if isinstance(record, OF_HOLDS):
        keep_hold_anew(connection, row.gate, record.hold_id)


def expected_times(
    envelope: Attributes, *, stored: str, historical: bool, booted: str | None
) -> tuple[str, int | None]:
    """Return what an event's columns of time must say; `booted` as `doubted` keeps it. Pure."""
    if envelope.clock not in _IN_DOUBT:
        return envelope.time, late_ms(envelope, parse_utc(stored))
    if booted is None:
        return (envelope.time if historical else stored), None
    happened = corrected_utc(booted, envelope.boot_ns)
    moved, _ = shifted(envelope, None, parse_utc(happened) - parse_utc(envelope.time))
    return happened, _late_ms(moved.recordedtime, parse_utc(stored))


def is_in_doubt(envelope: Attributes) -> bool:
    """Whether the door's own word of when is kept in `doubted`."""
    return envelope.clock in _IN_DOUBT


def _late_ms(recorded: str, stored: datetime) -> int:
    """Return how late, as far as its column counts."""
    late = round((stored - parse_utc(recorded)).total_seconds() * 1000)
    return max(-(2**31), min(late, 2**31 - 1))
