"""One transaction: messages into events, chains, views, states and quarantine.

Nothing is remembered between two batches: how far a chain is whole stands in its row, which is
locked for the transaction. So several workers may take the events of one gate, in any order.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from gate_agent.contract.messages import PersonSeen
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import Decision, PassageDecided
from gate_collector.alarms.book import AlarmKind, raise_alarm
from gate_collector.ingest.arrival import Arrived, ArrivedMessage, Heard, Key, Unusable, gate_in
from gate_collector.ingest.chain import Stream
from gate_collector.ingest.chains import keep, load_beyond, lock
from gate_collector.ingest.corrected_times import dated, late_ms
from gate_collector.ingest.gate_states import keep_state
from gate_collector.ingest.views import apply
from gate_collector.store.bulk import append
from gate_collector.store.dialect import insert_for
from gate_collector.store.doors import door_of
from gate_collector.store.schema import EVENT, NOTABLE, QUARANTINE

_MOST_KEPT = 64 * 1024  # bytes of a body in quarantine
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """Takes messages in the transaction of `connection`."""

    connection: Connection
    zone: ZoneInfo
    now: datetime
    seen: list[PersonSeen] = field(default_factory=list)  # who was admitted, live, to be told
    _at: str = field(init=False)
    _events: dict[Key, list[Arrived]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._at = format_utc(self.now)
        self.now = parse_utc(self._at)  # what is kept is all that can be reckoned from again

    def take(self, items: Iterable[Heard]) -> list[Stream]:
        """Store what was heard; return the chains that a receipt is due for."""
        for item in items:
            match item:
                case Arrived():
                    self._events[item.key].append(item)
                case ArrivedMessage():
                    if (lost := keep_state(self.connection, item, self.now)) is not None:
                        self._events[lost]  # its receipt is due, which says less than the last
                case Unusable():
                    self.refuse(item)
        if not self._events:
            return []
        streams = lock(self.connection, sorted(self._events), self.now)
        new = [one for key in streams for one in self._take_events(streams[key], self._events[key])]
        new = dated(self.connection, new, self.now)
        self._tell_unread(new)
        append(self.connection, EVENT, [self._row(arrived) for arrived in new])
        apply(self.connection, new, self.zone)
        self._tell_seen(new)
        keep(self.connection, list(streams.values()))
        return list(streams.values())

    def refuse(self, why: Unusable) -> None:
        """Set a message aside that is no event of this hall."""
        self._set_aside(why.gate, why.epoch, why.sequence, str(why), why.body)
        gate = door_of(self.connection, why.gate)
        raise_alarm(self.connection, AlarmKind.REFUSED, gate, str(why), self._at)

    def _take_events(self, stream: Stream, events: list[Arrived]) -> list[Arrived]:
        """Let the chain go on; return the events that are new and belong to it."""
        links = self._known(stream, events)
        new: dict[int, Arrived] = {}
        for arrived in events:
            number = arrived.number
            if number not in links and number > stream.upto:
                links[number] = arrived.link
                new[number] = arrived
            elif links.get(number, arrived.link) != arrived.link:
                why = "another event of this number is here: a cloned or forged journal"
                self._mismatch(arrived.key, number, why, arrived.body)
        before = stream.upto
        for arrived in [*new.values()]:
            for broken in stream.add(arrived.number, arrived.prevlink, arrived.link):
                self._break(stream, broken, new.pop(broken, None))
        if stream.upto != before:
            stream.moved = self._at
        return [*new.values()]

    def _tell_unread(self, new: list[Arrived]) -> None:
        """Say that a door speaks of what this version does not know: once a gate, in its words."""
        unread = {one.told.gate: one for one in new if one.unread}
        for gate, one in unread.items():
            detail = f"{one.told.type}: not read: {', '.join(one.unread)}"
            raise_alarm(self.connection, AlarmKind.UNREAD, gate, detail, self._at)

    def _tell_seen(self, new: list[Arrived]) -> None:
        self.seen += [
            PersonSeen(person_ref=record.person_ref, gate=arrived.told.gate, time=record.decided)
            for arrived in new
            if isinstance(record := arrived.record, PassageDecided)
            and record.decision is Decision.ADMIT
            and record.person_ref is not None
            and not (arrived.historical or arrived.told.drill)
        ]

    def _known(self, stream: Stream, events: list[Arrived]) -> dict[int, bytes]:
        """Return the links of those of `events` that are here, and of all beyond a gap."""
        load_beyond(self.connection, stream)
        links = {number: link for number, (_, link) in stream.beyond.items()}
        repeated = {a.number for a in events if a.number <= stream.upto}
        if repeated:
            again = select(EVENT.c.sequence, EVENT.c.link).where(
                EVENT.c.gate == stream.gate,
                EVENT.c.epoch == stream.epoch,
                EVENT.c.sequence.in_(repeated),
            )
            links |= {row.sequence: bytes(row.link) for row in self.connection.execute(again)}
        return links

    def _row(self, arrived: Arrived) -> tuple[Any, ...]:
        """Return the row of EVENT, in the order of its columns."""
        envelope = arrived.told
        return (
            *arrived.key,
            arrived.number,
            envelope.type,
            envelope.severity,
            envelope.time,
            self._at,
            late_ms(envelope, self.now),
            arrived.historical,
            arrived.body,
            arrived.bodysha256,
            arrived.prevlink,
            arrived.link,
        )

    def _break(self, stream: Stream, number: int, arrived: Arrived | None) -> None:
        """Set an event aside that does not follow the one before it, here already or just come."""
        body = arrived and arrived.body
        if arrived is None:
            body = self.connection.execute(
                select(EVENT.c.body).where(*_is(EVENT, stream, number))
            ).scalar_one()
            for table in (EVENT, NOTABLE):  # the true one of this number may still come
                self.connection.execute(delete(table).where(*_is(table, stream, number)))
        why = "it does not follow the event before it: the chain is broken"
        self._mismatch((stream.gate, stream.epoch), number, why, body or b"")

    def _mismatch(self, key: Key, number: int, why: str, body: bytes) -> None:
        self._set_aside(*key, number, why, body)
        detail = f"event {number} of epoch {key[1]}: {why}"
        raise_alarm(self.connection, AlarmKind.MISMATCH, key[0], detail, self._at)

    def _set_aside(self, gate: str, epoch: str, sequence: int, why: str, body: bytes) -> None:
        _LOG.warning("quarantine: %s event %d: %s", gate or "unknown gate", sequence, why)
        row = {
            "gate": gate,
            "epoch": epoch,
            "sequence": sequence,
            "why": why,
            "at": self._at,
            "body": body[:_MOST_KEPT],
            "bodysha256": sha256(body).digest(),
            "times": 1,
        }
        insert: Any = insert_for(self.connection.engine)(QUARANTINE)
        self.connection.execute(
            insert.values(row).on_conflict_do_update(
                index_elements=["gate", "bodysha256"], set_={"times": QUARANTINE.c.times + 1}
            )
        )


def _is(table: Table, stream: Stream, number: int) -> tuple[ColumnElement[bool], ...]:
    columns = table.c
    return columns.gate == stream.gate, columns.epoch == stream.epoch, columns.sequence == number


def unreadable(item: Heard, kind: str) -> Unusable:
    """Return why something is refused that the store cannot take, by the error's name."""
    why = f"expected an event that can be stored, got {kind}"
    match item:
        case ArrivedMessage(topic, payload):
            return Unusable(why, payload, gate=gate_in(topic))
        case Arrived(key=(gate, epoch), number=number, body=body):
            return Unusable(why, body, gate=gate, epoch=epoch, sequence=number)
        case Unusable():
            return item
