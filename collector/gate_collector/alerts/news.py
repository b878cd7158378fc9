"""Reads what happened at the doors, and which alarms were raised: causes, each of them once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import Severity
from gate_collector.alarms.book import AlarmKind, alarms_after, raise_alarm
from gate_collector.alerts.book import in_turn
from gate_collector.alerts.causes import Came, Cause, From, of_alarm, of_event
from gate_collector.centre import Centre
from gate_collector.store.doors import door_names
from gate_collector.store.schema import EVENT, GATE, HOLD, NOTABLE, STREAM

_LOOK_BACK = 500  # rows that are looked at again: several writers commit out of order
_LATE_S = 60.0  # what comes later is told as late
_SETTLES_S = 30.0  # so long may what came after a late event be awaited


class News:
    """What is new since the last look; it starts a little before the newest."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        with centre.engine.connect() as connection:
            newest = connection.execute(select(func.max(NOTABLE.c.id))).scalar() or 0
        self._seen_event, self._seen_alarm = max(0, newest - _LOOK_BACK), 0
        self._done: set[int] = set()  # of the newest events
        self._awaiting: set[int] = set()  # late ones, whose door still sends what came after

    def causes(self) -> Iterator[Cause]:
        """Yield what somebody must be told; what fails while it is taken comes again."""
        with self._centre.engine.connect() as connection:
            newest = NOTABLE.c.id > self._seen_event - _LOOK_BACK
            rows = connection.execute(
                select(NOTABLE)
                .where(
                    NOTABLE.c.severity == Severity.URGENT.value,
                    newest | NOTABLE.c.id.in_(self._awaiting),
                )
                .order_by(NOTABLE.c.id)
            ).all()
            news = [(row, self._came(connection, row)) for row in rows if row.id not in self._done]
            alarms = alarms_after(connection, self._seen_alarm)
            names = door_names(connection)
        self._awaiting = {row.id for row, came in news if came is None}
        for row, came in in_turn(news, lambda new: new[0].gate):
            self._seen_event = max(self._seen_event, row.id)
            if came is not None:
                cause = self._cause(row, came, names[row.gate])
                if cause is not None:
                    yield cause
                self._done.add(row.id)
        self._done = {done for done in self._done if done > self._seen_event - _LOOK_BACK}
        for alarm in alarms:
            if alarm.cleared is None:
                yield of_alarm(alarm, names[alarm.gate])
            self._seen_alarm = max(self._seen_alarm, alarm.id)

    def _cause(self, row: Any, came: Came, door: str) -> Cause | None:
        origin = From(gate=row.gate, door=door, epoch=row.epoch)
        tell = self._centre.policy().hold.tell_leaders
        try:
            cause = of_event(origin, row.type, row.data, came, tell=tell)
        except Exception as exc:  # noqa: BLE001 the other events must be told
            self._set_aside(row, exc)
            return None
        return cause and replace(cause, drill=bool(row.drill))

    def _came(self, connection: Connection, row: Any) -> Came | None:
        """Return how an event came; None while its door still sends what came after a late one."""
        event = connection.execute(
            select(EVENT.c.historical, EVENT.c.late_ms, EVENT.c.stored).where(
                EVENT.c.gate == row.gate,
                EVENT.c.epoch == row.epoch,
                EVENT.c.sequence == row.sequence,
            )
        ).first()
        held = connection.execute(
            select(HOLD.c.state, HOLD.c.outcome, HOLD.c.contact_centi_c).where(
                HOLD.c.gate == row.gate, HOLD.c.hold_id == row.subject
            )
        ).first()
        contact = held and held.contact_centi_c
        if event is None or not (event.historical or (event.late_ms or 0) > _LATE_S * 1000):
            return Came(hold=held and held.state, contact_centi_c=contact)
        behind = connection.execute(
            select(STREAM.c.upto)
            .join(GATE, (GATE.c.gate == STREAM.c.gate) & (GATE.c.epoch == STREAM.c.epoch))
            .where(
                STREAM.c.gate == row.gate,
                STREAM.c.epoch == row.epoch,
                STREAM.c.upto < GATE.c.sequence,
            )
        ).first()
        waited_s = (self._centre.now - parse_utc(event.stored)).total_seconds()
        if behind is not None and waited_s < _SETTLES_S:
            return None
        return Came(
            is_late=True,
            late_s=None if event.late_ms is None else event.late_ms / 1000,
            hold=held and held.state,
            outcome=held and held.outcome,
            contact_centi_c=contact,
        )

    def _set_aside(self, row: Any, exc: Exception) -> None:
        """Say that an event cannot be told, whatever is wrong with it."""
        why = f"event {row.sequence} of epoch {row.epoch} cannot be told: {type(exc).__name__}"
        with self._centre.engine.begin() as connection:
            at = format_utc(self._centre.now)
            raise_alarm(connection, AlarmKind.UNREAD, row.gate, why, at)
