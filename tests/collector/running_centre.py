"""An ingest at work on a store, with a clock that is set by hand and no broker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Table, select

from collector.recorded_gates import BEGAN, GATE, SITE, Event
from gate_agent.contract.messages import PersonSeen, Receipt
from gate_agent.host.supervision import Parts
from gate_agent.testing import FakeClock
from gate_collector.alarms.book import Alarm, standing
from gate_collector.alarms.watch import Hearing
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.receipts import Heard, Publish
from gate_collector.ingest.writer import Ingest
from gate_collector.store.schema import EVENT

WITHIN_S = 30


class Centre:
    """Takes messages as the broker would bring them; use as a context."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = FakeClock(BEGAN)
        self.hearing = Hearing(connected=True, since=BEGAN)
        self.receipts: list[tuple[str, Receipt]] = []
        self.seen: list[PersonSeen] = []
        self.heard: Heard | None = lambda: True  # whether the broker took a receipt
        self.publish: Publish | None = None  # to a real one
        self.parts = Parts(self.clock)
        self.ingest = Ingest(
            engine,
            site=SITE,
            zone=ZoneInfo("Asia/Shanghai"),
            clock=self.clock,
            publish=self._publish,
            hearing=lambda: self.hearing,
            tell_seen=self.seen.append,
            parts=self.parts,
        )

    def _publish(self, gate: str, receipt: Receipt) -> Heard | None:
        self.receipts.append((gate, receipt))
        return self.heard if self.publish is None else self.publish(gate, receipt)

    def __enter__(self) -> Self:
        self.ingest.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ingest.close()
        assert not self.ingest.alive, "expected the writer to end"

    def take(self, *events: Event | ArrivedMessage) -> None:
        """Let these come, and wait until they are written."""
        for event in events:
            self.ingest.offer(event.message if isinstance(event, Event) else event)
        self.settle()

    def settle(self) -> None:
        """Wait until all that was offered is written."""
        self.ingest.write(lambda _: None).result(WITHIN_S)

    def look(self, seconds: float = 1.0) -> None:
        """Let time pass, and the watch look."""
        self.clock.advance(seconds)
        self.settle()
        self.settle()  # the look comes after the first

    def rows(self, table: Table = EVENT, **where: Any) -> list[Any]:
        """Return the rows of a table, in the order of its key."""
        statement = select(table).order_by(*table.primary_key)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        with self.engine.connect() as connection:
            return list(connection.execute(statement))

    def sequences(self, gate: str = GATE) -> list[int]:
        """Return the numbers that are stored of a gate."""
        return [row.sequence for row in self.rows(gate=gate)]

    @property
    def receipt(self) -> Receipt:
        """The newest receipt."""
        return self.receipts[-1][1]

    @property
    def alarms(self) -> list[Alarm]:
        """The alarms that stand."""
        with self.engine.connect() as connection:
            return standing(connection)

    def standing(self) -> set[tuple[str, str]]:
        """Return kind and gate of the alarms that stand."""
        return {(alarm.kind, alarm.gate) for alarm in self.alarms}


def bodies(events: Iterable[Event]) -> list[bytes]:
    """Return their bodies."""
    return [event.body for event in events]
