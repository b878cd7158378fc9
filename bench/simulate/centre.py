"""The centre of a simulated hall: the collector's own batches into its own store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, event, func, select

from bench.simulate.door import BEGAN, SITE, ZONE, SimulatedDoor
from gate_agent.contract.messages import Topics
from gate_agent.contract.records import Severity
from gate_agent.store.schema import HOLD as HOLD_HERE
from gate_agent.store.schema import PASSAGE as PASSAGE_HERE
from gate_collector.ingest.arrival import ArrivedMessage, read
from gate_collector.ingest.batch import Batch
from gate_collector.store.dialect import begin_writing
from gate_collector.store.opening import open_store
from gate_collector.store.schema import EVENT, HOLD, PASSAGE, QUARANTINE, STREAM

_SAME_OF_PASSAGE = ("passage_id", "decision", "category", "person_ref")
_SAME_OF_HOLD = (
    "hold_id",
    "passage_id",
    "state",
    "person_ref",
    "category",
    "reason",
    "contact_centi_c",
    "overdue",
)


@dataclass(slots=True)
class Centre:
    """A store, and what comes to it."""

    engine: Engine
    again: tuple[
        ArrivedMessage, ...
    ] = ()  # what is delivered once more: the broker promises at least once

    @classmethod
    def open(cls, folder: Path) -> Centre:
        """Make an empty one."""
        engine = open_store(f"sqlite:///{folder / 'collector.sqlite'}")
        engine.dispose()  # connections from now on sync nothing

        @event.listens_for(engine, "connect")
        def _quick(connection: object, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]

        return cls(engine)

    def take(self, doors: Iterable[tuple[SimulatedDoor, bool]], true_ns: int) -> None:
        """Take what these doors have to tell, urgent before routine; `late`: it waited there."""
        new = []
        for door, late in doors:
            topics = Topics(site=SITE, gate=door.name)
            lanes = sorted(door.outbox, key=lambda one: one.severity is not Severity.URGENT)
            new += [
                ArrivedMessage(topics.event(one.severity), one.body, historical=late)
                for one in lanes
            ]
            door.outbox.clear()
        if not new:
            return
        now = BEGAN + timedelta(microseconds=true_ns // 1000)
        with self.engine.begin() as connection:
            begin_writing(connection)
            Batch(connection, ZONE, now).take([read(one, SITE) for one in (*self.again, *new)])
        self.again = tuple(new[-3:])

    def differences(self, door: SimulatedDoor) -> list[str]:
        """Return in what this store and a door's journal differ, once everything has come."""
        head = door.end.head
        with self.engine.connect() as connection:
            stream = connection.execute(select(STREAM).where(STREAM.c.gate == door.name)).one()
            events = connection.execute(
                select(func.count()).select_from(EVENT).where(EVENT.c.gate == door.name)
            ).scalar_one()
            aside = connection.execute(select(func.count()).select_from(QUARANTINE)).scalar_one()
            faults = [f"{aside} events in quarantine"] if aside else []
            if (stream.upto, events, bytes(stream.link)) != (
                head.sequence,
                head.sequence,
                head.link,
            ):
                faults.append(f"journal of {head.sequence}, centre {events} up to {stream.upto}")
            for there, here, columns in (
                (PASSAGE, PASSAGE_HERE, _SAME_OF_PASSAGE),
                (HOLD, HOLD_HERE, _SAME_OF_HOLD),
            ):
                rows = connection.execute(
                    select(*(there.c[name] for name in columns)).where(there.c.gate == door.name)
                )
                at_centre = {row[0]: tuple(row) for row in rows}
                at_door = {row[0]: row for row in door.rows(select(*(here.c[n] for n in columns)))}
                for key in sorted(at_centre.keys() | at_door.keys()):
                    if at_centre.get(key) != at_door.get(key):
                        one, other = at_door.get(key), at_centre.get(key)
                        faults.append(f"{here.name} {key}: door {one}, centre {other}")
        return faults

    def close(self) -> None:
        """Let the store go."""
        self.engine.dispose()
