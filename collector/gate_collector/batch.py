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

from gate_agent.domain.records import Decision, PassageDecided
from gate_agent.messages import Seen
from gate_agent.moment import format_utc, parse_utc
from gate_collector.alarms import AlarmKind, raise_alarm
from gate_collector.arrival import Arrived, Message, Refused, gate_in, read_event
from gate_collector.chain import Stream
from gate_collector.schema import EVENT, NOTABLE, QUARANTINE, insert_for
from gate_collector.states import keep_state
from gate_collector.streams import Key, keep, load_beyond, lock
from gate_collector.views import apply

_MOST_KEPT = 64 * 1024  # bytes of a body in quarantine
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """Takes messages in the transaction of `connection`."""

    connection: Connection
    site: str
    zone: ZoneInfo
    now: datetime
    seen: list[Seen] = field(default_factory=list)  # who was admitted, live, to be told
    _events: dict[Key, list[Arrived]] = field(default_factory=lambda: defaultdict(list))

    def take(self, messages: Iterable[Message]) -> list[Stream]:
        """Store what the messages say; return the chains that a receipt is due for."""
        for message in messages:
            if message.is_state:
                keep_state(self.connection, message, self.now)
                continue
            try:
                arrived = read_event(message, self.site)
            except Refused as exc:
                self.refuse(message, exc)
            else:
                self._events[arrived.key].append(arrived)
        if not self._events:
            return []
        streams = lock(self.connection, sorted(self._events), self.now)
        for key, stream in streams.items():
            self._take_events(stream, self._events[key])
        keep(self.connection, list(streams.values()))
        return list(streams.values())

    def refuse(self, message: Message, why: Refused) -> None:
        """Set a message aside that is no event of this hall."""
        self._set_aside(why.gate, why.epoch, why.sequence, str(why), message.payload)
        raise_alarm(self.connection, AlarmKind.REFUSED, why.gate, str(why), self._at)

    @property
    def _at(self) -> str:
        return format_utc(self.now)

    def _take_events(self, stream: Stream, events: list[Arrived]) -> None:
        links = self._known(stream, events)
        new: list[Arrived] = []
        for arrived in events:
            number = arrived.told.number
            if number not in links and number > stream.upto:
                links[number] = arrived.link
                new.append(arrived)
            elif links.get(number, arrived.link) != arrived.link:
                why = "another event of this number is here: a cloned or forged journal"
                self._mismatch(arrived.key, number, why, arrived.body)
        if not new:
            return
        self.connection.execute(
            insert_for(self.connection.engine)(EVENT).on_conflict_do_nothing(),
            [self._event(arrived) for arrived in new],
        )
        broken: set[int] = set()
        before = stream.upto
        for arrived in new:
            broken.update(stream.add(arrived.told.number, arrived.prevlink, arrived.link))
        if stream.upto != before:
            stream.moved = self._at
        for number in sorted(broken):
            self._take_out(stream, number)
        sound = [
            (arrived.told, arrived.record)
            for arrived in new
            if arrived.record is not None and arrived.told.number not in broken
        ]
        apply(self.connection, sound, self.zone)
        self.seen += [
            Seen(person_ref=record.person_ref, gate=arrived.told.gate, time=record.decided)
            for arrived in new
            if isinstance(record := arrived.record, PassageDecided)
            and record.decision is Decision.ADMIT
            and record.person_ref is not None
            and not (arrived.historical or arrived.told.drill or arrived.told.number in broken)
        ]

    def _known(self, stream: Stream, events: list[Arrived]) -> dict[int, bytes]:
        """Return the links of those of `events` that are here, and of all beyond a gap."""
        load_beyond(self.connection, stream)
        links = {number: link for number, (_, link) in stream.beyond.items()}
        repeated = {a.told.number for a in events if a.told.number <= stream.upto}
        if repeated:
            again = select(EVENT.c.sequence, EVENT.c.link).where(
                EVENT.c.gate == stream.gate,
                EVENT.c.epoch == stream.epoch,
                EVENT.c.sequence.in_(repeated),
            )
            links |= {row.sequence: bytes(row.link) for row in self.connection.execute(again)}
        return links

    def _event(self, arrived: Arrived) -> dict[str, Any]:
        told = arrived.told
        late_ms = round((self.now - parse_utc(told.recordedtime)).total_seconds() * 1000)
        return {
            "gate": told.gate,
            "epoch": told.epoch,
            "sequence": told.number,
            "type": told.type,
            "severity": told.severity.value,
            "time": told.time,
            "stored": self._at,
            "late_ms": max(-(2**31), min(late_ms, 2**31 - 1)),
            "historical": arrived.historical,
            "body": arrived.body,
            "bodysha256": arrived.bodysha256,
            "prevlink": arrived.prevlink,
            "link": arrived.link,
        }

    def _take_out(self, stream: Stream, number: int) -> None:
        """Move an event that does not follow the one before it into quarantine."""
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
                index_elements=["bodysha256"], set_={"times": QUARANTINE.c.times + 1}
            )
        )


def _is(table: Table, stream: Stream, number: int) -> tuple[ColumnElement[bool], ...]:
    of = table.c
    return of.gate == stream.gate, of.epoch == stream.epoch, of.sequence == number


def unreadable(message: Message, kind: str) -> Refused:
    """Return why a message is refused that the store cannot take, by the error's name."""
    return Refused(f"expected an event that can be stored, got {kind}", gate=gate_in(message.topic))
