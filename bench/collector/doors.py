"""Doors of a hall, day after day: true events in the mix of a working day, numbered and linked."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice
from zoneinfo import ZoneInfo

from bench.collector.records import Counted, daily_report, duties, hold_of, passage_of, started
from gate_agent.contract.messages import LINK_0, Header, Topics, encode_body, link_after
from gate_agent.contract.moment import ClockQuality, Moment
from gate_agent.contract.records import Category, Decision, PersonRegistered, Record
from gate_collector.ingest.arrival import ArrivedMessage

SITE, ZONE = "hall-01", ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)  # where any day does
PASSAGES = 300  # of a door and day: a hall of two doors lets some 600 people in
_HELD_PERMILLE = 2
_VISITORS, _STAFF = 5000, 40  # who comes to one door in all
_OPENS_H, _OPEN_H = 8.5, 9.0
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a door publishes it."""

    gate: str
    epoch: str
    sequence: int
    record: Record
    at: datetime
    prevlink: bytes
    digest: bytes
    link: bytes
    body: bytes

    @property
    def message(self) -> ArrivedMessage:
        """What the broker brings."""
        return ArrivedMessage(
            Topics(site=SITE, gate=self.gate).event(self.record.severity), self.body
        )


class Door:
    """One gate; the same number tells the same story."""

    def __init__(self, number: int) -> None:
        self.gate = f"door-{number:05d}"
        self.epoch = sha256(self.gate.encode()).hexdigest()[:32]
        self.sequence, self._link = 0, LINK_0
        self._first = 1  # of the report's span
        self._dice = random.Random(number)  # noqa: S311 a story, no secret

    def day(self, day: date, passages: int = PASSAGES) -> Iterator[Event]:
        """Say one working day: duties, people, the report at six."""
        if self.sequence == 0:
            yield self._say(started(), _at(day, 7.0))
        counted = Counted()
        for hour, record in duties(lambda hour: _at(day, hour)):
            yield self._say(record, _at(day, hour))
        yield from self.people(day, passages, counted)
        last = self.sequence
        at = _at(day, 18.0)
        yield self._say(daily_report(day.isoformat(), at, counted, self._first, last), at)
        self._first = last + 1

    def people(self, day: date, passages: int, counted: Counted) -> Iterator[Event]:
        """Let so many people come on a day; now and then one is held."""
        hours = sorted(_OPENS_H + _OPEN_H * self._dice.random() for _ in range(passages))
        for number, hour in enumerate(hours):
            yield from self._passage(f"{day:%m%d}{number:05d}", _at(day, hour), counted)

    def _passage(self, number: str, at: datetime, counted: Counted) -> Iterator[Event]:
        visitor = self._dice.random() < 0.55
        who = self._dice.randrange(_VISITORS if visitor else _STAFF)
        ref = reference(f"{'visitor' if visitor else self.gate}-{who}")
        held = self._dice.randrange(1000) < _HELD_PERMILLE
        category = Category.VISITOR if visitor else Category.STAFF
        decision = Decision.HOLD if held else Decision.ADMIT
        counted[category, decision] += 1
        passage_id = f"{self.gate}-{at:%y}{number}"
        if visitor:
            sealed = base64.b64encode(self._dice.randbytes(200)).decode()
            registered = PersonRegistered(
                passage_id=passage_id, person_ref=ref, sealed=sealed, key_id="c" * 16
            )
            yield self._say(registered, at - timedelta(seconds=2))
        surface = 3790 if held else 3420 + self._dice.randrange(80)
        yield self._say(
            passage_of(passage_id, ref, category, decision, surface_centi_c=surface, at=at), at
        )
        if held:
            for after_s, record in hold_of(passage_id, ref, category, at):
                yield self._say(record, at + timedelta(seconds=after_s))

    def _say(self, record: Record, at: datetime) -> Event:
        self.sequence += 1
        moment = Moment(utc=at, boot_ns=self.sequence * _NS)
        header = Header(
            site=SITE,
            gate=self.gate,
            epoch=self.epoch,
            sequence=self.sequence,
            prev_link=self._link,
            occurred=moment,
            recorded=moment,
            boot_id=self.epoch,
            clock=ClockQuality.SYNCED,
        )
        body = encode_body(header, record)
        prevlink, digest = self._link, sha256(body).digest()
        self._link = link_after(prevlink, digest)
        return Event(
            self.gate, self.epoch, self.sequence, record, at, prevlink, digest, self._link, body
        )


@cache
def reference(person: str) -> str:
    """Return a person_ref as a site key would give it."""
    return sha256(person.encode()).hexdigest()


def together(events: int, gates: int, day: date = DAY) -> list[Event]:
    """Return events of people at so many doors, in turn, each door's in its order."""
    each = -(-events // gates)
    said = [
        event
        for number in range(gates)
        for event in islice(Door(number).people(day, each, Counted()), each)
    ]
    said.sort(key=lambda event: event.sequence)
    return said[:events]


@cache
def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def _at(day: date, hour: float) -> datetime:
    return _noon(day) + timedelta(milliseconds=round(hour * 3_600_000))
