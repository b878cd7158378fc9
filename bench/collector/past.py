"""A store with a long past: what so many doors said on so many days, as the collector keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from bench.collector.doors import PASSAGES, SITE, ZONE, Door, Event
from bench.collector.rate import row_of
from bench.collector.records import Counted
from gate_agent.contract.messages import GateState, Topics
from gate_agent.contract.moment import ClockQuality, format_utc
from gate_agent.contract.records import (
    DailyReport,
    DeviceState,
    HoldClosed,
    HoldOpened,
    PassageDecided,
    PersonRegistered,
)
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.gate_states import keep_state
from gate_collector.store.bulk import Row, append
from gate_collector.store.months import make
from gate_collector.store.schema import EVENT, HOLD, NOTABLE, PASSAGE, REPORT, STREAM

_AT_ONCE = 20_000  # events of one transaction
_CAME_AFTER = timedelta(milliseconds=80)


@dataclass(slots=True)
class _Part:
    """Rows of some events, table by table."""

    events: list[Row] = field(default_factory=list)
    passages: list[Row] = field(default_factory=list)
    reports: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    notable: list[dict[str, Any]] = field(default_factory=list)
    opened: HoldOpened | None = None

    def take(self, event: Event) -> None:
        """Keep what the collector would keep of an event."""
        stored = event.at + _CAME_AFTER
        self.events.append(row_of(event, format_utc(stored)))
        match event.record:
            case PersonRegistered():
                pass
            case PassageDecided() as decided:
                self.passages.append(
                    (
                        event.gate, decided.passage_id, event.epoch, event.sequence,
                        event.at.astimezone(ZONE).date().isoformat(), decided.category,
                        decided.decision, decided.person_ref, decided.started, decided.decided,
                        decided.hold_id, False,
                    )
                )  # fmt: skip
            case record:
                self.notable.append(
                    {
                        "gate": event.gate, "epoch": event.epoch, "sequence": event.sequence,
                        "type": record.TYPE, "severity": record.severity.value,
                        "subject": record.subject, "time": format_utc(event.at), "drill": False,
                        "data": record.model_dump_json(),
                    }
                )  # fmt: skip
                self._views(event, record)

    def _views(self, event: Event, record: object) -> None:
        match record:
            case DailyReport(day=day):
                data = record.model_dump_json()
                self.reports.append((event.gate, day, event.epoch, event.sequence, data))
            case HoldOpened():
                self.opened = record
            case HoldClosed(hold_id=hold_id, outcome=outcome, closed=closed):
                if self.opened is not None:
                    held = self.opened
                    self.holds.append(
                        (
                            event.gate, hold_id, "closed", event.sequence, held.passage_id,
                            held.person_ref, held.category, held.reason, held.opened, outcome,
                            closed, held.surface_centi_c, 3680, closed, None, 0, False,
                        )
                    )  # fmt: skip
            case _:
                pass

    def write(self, connection: Connection) -> None:
        """Add the rows."""
        append(connection, EVENT, self.events)
        append(connection, PASSAGE, self.passages)
        append(connection, REPORT, self.reports)
        append(connection, HOLD, self.holds)
        if self.notable:
            connection.execute(NOTABLE.insert(), self.notable)


def write_past(
    engine: Engine, *, doors: int, days: int, now: datetime,
    progress: Callable[[int], None] = lambda _: None, passages: int = PASSAGES,
) -> int:  # fmt: skip
    """Fill an empty store with whole days, and today until now; return how many events."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            make(
                connection,
                *sorted({f"{now - timedelta(days=back):%Y-%m}" for back in range(days + 2)}),
            )
    all_doors = [Door(number) for number in range(doors)]
    part, written = _Part(), 0
    for event in _said(all_doors, days, now, passages):
        part.take(event)
        if len(part.events) >= _AT_ONCE:
            written += _write(engine, part)
            part = _Part(opened=part.opened)
            progress(written)
    written += _write(engine, part)
    with engine.begin() as connection:
        for door in all_doors:
            _stand(connection, door, now)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as the server does by itself in time
    return written


def _said(doors: list[Door], days: int, now: datetime, passages: int) -> Iterator[Event]:
    """Yield what the doors said in the order it came, a day of a door at once."""
    today = now.astimezone(ZONE).date()
    for back in reversed(range(days + 1)):
        for door in doors:
            if back:
                yield from door.day(today - timedelta(days=back), passages)
            else:
                so_far = door.people(today, passages, Counted())
                yield from takewhile(lambda event: event.at <= now, so_far)


def _write(engine: Engine, part: _Part) -> int:
    with engine.begin() as connection:
        part.write(connection)
    return len(part.events)


def _stand(connection: Connection, door: Door, now: datetime) -> None:
    """Write how far the door's chain is whole, and what it said of itself last."""
    newest = connection.execute(
        select(EVENT.c.sequence, EVENT.c.link)
        .where(EVENT.c.gate == door.gate, EVENT.c.epoch == door.epoch)
        .order_by(EVENT.c.sequence.desc())
        .limit(1)
    ).one()
    at, link = format_utc(now), bytes(newest.link)
    append(
        connection,
        STREAM,
        [(door.gate, door.epoch, newest.sequence, link, newest.sequence, at, at)],
    )
    state = GateState(
        state="online",
        epoch=door.epoch,
        sequence=newest.sequence,
        link=link.hex(),
        pending=0,
        oldest_pending_s=0,
        clock=ClockQuality.SYNCED,
        devices={"thermometer": DeviceState.OK, "id_reader": DeviceState.OK},
        version="0.1.0",
        time=at,
    )
    topic = Topics(site=SITE, gate=door.gate).state
    keep_state(connection, ArrivedMessage(topic, state.encode()), now)
