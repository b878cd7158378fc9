"""A gate's journal without a file: bodies in order, each linked to the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gate_agent.contract.messages import LINK_0, GateState, Header, Topics, encode_body, link_after
from gate_agent.contract.moment import ClockQuality, Moment, format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    DeviceState,
    HoldOpened,
    Outcome,
    PassageDecided,
    Record,
    Temperature,
)
from gate_collector.ingest.arrival import ArrivedMessage

SITE, GATE = "hall-01", "west-1f"
BEGAN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def passage(number: int, decision: Decision = Decision.ADMIT) -> PassageDecided:
    """Return a decided passage."""
    return PassageDecided(
        passage_id=f"p{number}",
        category=Category.VISITOR,
        person_ref=None,
        decision=decision,
        reasons=(),
        temperature=Temperature(outcome=Outcome.NORMAL, surface_centi_c=3642),
        started=format_utc(BEGAN),
        decided=format_utc(BEGAN),
        registered=True,
        hall_mode=HallMode.OPEN,
    )


def hold(number: int) -> HoldOpened:
    """Return a hold that was opened."""
    return HoldOpened(
        hold_id=f"h{number}",
        passage_id=f"p{number}",
        person_ref=None,
        category=Category.VISITOR,
        reason="elevated",
        surface_centi_c=3790,
        opened=format_utc(BEGAN),
        deadline_s=15,
    )


@dataclass(frozen=True, slots=True)
class Event:
    """One event, numbered and linked."""

    sequence: int
    message: ArrivedMessage
    prevlink: bytes
    link: bytes

    @property
    def body(self) -> bytes:
        return self.message.payload


class Gate:
    """Numbers and links what it is given."""

    def __init__(self, gate: str = GATE, epoch: str = "a" * 32) -> None:
        self.gate, self.epoch = gate, epoch
        self.clock = ClockQuality.SYNCED
        self.events: list[Event] = []

    @property
    def link(self) -> bytes:
        return self.events[-1].link if self.events else LINK_0

    def append(self, record: Record, utc: datetime | None = None) -> Event:
        sequence, prevlink = len(self.events) + 1, self.link
        at = Moment(utc=utc or BEGAN + timedelta(seconds=sequence), boot_ns=sequence)
        header = Header(
            site=SITE,
            gate=self.gate,
            epoch=self.epoch,
            sequence=sequence,
            prev_link=prevlink,
            occurred=at,
            recorded=at,
            boot_id="b" * 32,
            clock=self.clock,
        )
        body = encode_body(header, record)
        topic = Topics(site=SITE, gate=self.gate).event(record.severity)
        link = link_after(prevlink, sha256(body).digest())
        event = Event(sequence, ArrivedMessage(topic, body), prevlink, link)
        self.events.append(event)
        return event

    def passages(self, count: int) -> list[Event]:
        """Append passages; return them."""
        return [self.append(passage(len(self.events) + 1)) for _ in range(count)]

    def twin(self, events: int) -> Gate:
        """Return a gate that has the first events of this one: a clone, or a restored journal."""
        other = Gate(self.gate, self.epoch)
        other.events = self.events[:events]
        return other

    def says(
        self,
        *,
        at: datetime,
        state: str = "online",
        oldest_pending_s: float = 0.0,
        devices: Iterable[tuple[str, DeviceState]] = (),
        retained: bool = False,
        **more: object,
    ) -> ArrivedMessage:
        """Return what the gate says of itself."""
        told = GateState.model_validate(
            {
                "state": state,
                "epoch": self.epoch,
                "sequence": len(self.events),
                "link": self.link.hex(),
                "pending": 0,
                "oldest_pending_s": oldest_pending_s,
                "clock": "synced",
                "devices": dict(devices),
                "version": "0.1.0",
                "time": format_utc(at),
            }
            | more
        )
        topic = Topics(site=SITE, gate=self.gate).state
        return ArrivedMessage(topic, told.encode(), retained=retained)
