"""A hall for tests of the centre: doors that say true events, and a collector that takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select

from gate_agent.contract.duty_records import RoundCount
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.messages import LINK_0, GateState, Header, Topics, encode_body, link_after
from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment, format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    DailyReport,
    Decision,
    DeviceState,
    HoldClosed,
    HoldOpened,
    HoldState,
    HoldStep,
    JournalReplaced,
    Outcome,
    PassageCount,
    PassageDecided,
    Record,
    Temperature,
)
from gate_agent.contract.thermometer import ThermometerState
from gate_agent.testing.time import FakeClock
from gate_collector.alarms.watch import Hearing
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.writer import Ingest
from gate_collector.store.opening import open_store
from gate_collector.store.schema import EVENT, QUARANTINE

SITE = "hall-01"
ZONE = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten in the morning at the hall
_UP_NS = 60 * 86400 * NS_PER_S  # the collector's board is up long enough for old events


def ref(person: str) -> str:
    """Return a person_ref as a site key would give it."""
    return sha256(person.encode()).hexdigest()


class Door:
    """One gate: says records as its journal would, each linked to the one before."""

    def __init__(self, hall: Hall, gate: str) -> None:
        self.gate = gate
        self.epoch = sha256(gate.encode()).hexdigest()[:32]
        self.sequence = 0
        self.link = LINK_0
        self.clock = ClockQuality.SYNCED
        self.off = timedelta()  # how far its own clock is off
        self._hall = hall
        self._passages = 0

    @property
    def utc(self) -> datetime:
        """What its own clock says."""
        return self._hall.clock.utc + self.off

    @property
    def booted(self) -> str:
        """When its boot really began."""
        return format_utc(self._hall.clock.now().booted)

    def body(self, record: Record, *, at: datetime | None = None, drill: bool = False) -> bytes:
        """Return the next event of this door's journal; it may be said, kept back or lost."""
        utc = at or self.utc
        since_s = (utc - self.utc).total_seconds()
        boot_ns = self._hall.clock.boot_ns + round(since_s * NS_PER_S)
        moment = Moment(utc=utc, boot_ns=boot_ns)
        self.sequence += 1
        header = Header(
            site=SITE,
            gate=self.gate,
            epoch=self.epoch,
            sequence=self.sequence,
            prev_link=self.link,
            occurred=moment,
            recorded=moment,
            boot_id="b" * 32,
            clock=self.clock,
        )
        body = encode_body(header, record, drill=drill)
        self.link = link_after(self.link, sha256(body).digest())
        return body

    def say(self, record: Record, *, at: datetime | None = None, drill: bool = False) -> None:
        """Say one record to the collector."""
        self.send(self.body(record, at=at, drill=drill))

    def begins_anew(self, *, at: datetime) -> None:
        """Put the journal aside, and tell it as the first event of another."""
        self.epoch, self.sequence, self.link = "e" * 32, 0, LINK_0
        self.say(JournalReplaced(cause="damaged", kept_as="journal.bad"), at=at)

    def send(self, body: bytes, *, historical: bool = False) -> None:
        """Send a body that was made before; a historical one waited at the door."""
        topic = f"gate/v1/{SITE}/{self.gate}/event/routine"
        self._hall.ingest.offer(ArrivedMessage(topic, body, historical=historical))

    def passage(
        self,
        *,
        at: datetime | None = None,
        who: str | None = None,
        category: Category = Category.VISITOR,
        decision: Decision = Decision.ADMIT,
        hold_id: str | None = None,
        took_s: float = 4,
        drill: bool = False,
    ) -> str:
        """Let one person pass; return the passage's id."""
        utc = at or self.utc
        self._passages += 1
        passage_id = f"{self.gate}-{self._passages}"
        record = PassageDecided(
            passage_id=passage_id,
            category=category,
            person_ref=ref(who or passage_id),
            decision=decision,
            reasons=(),
            temperature=Temperature(outcome=Outcome.NORMAL, surface_centi_c=3480),
            started=format_utc(utc - timedelta(seconds=took_s)),
            decided=format_utc(utc),
            registered=category is Category.VISITOR,
            hall_mode=HallMode.OPEN,
            hold_id=hold_id,
        )
        self.say(record, at=utc, drill=drill)
        return passage_id

    def overrule(self, *, at: datetime, since: datetime) -> None:
        """Let the guard admit whom the last passage, decided `since`, turned away."""
        self._passages -= 1
        self.passage(at=at, took_s=(at - since).total_seconds() + 4)

    def hold(
        self,
        hold_id: str,
        *,
        who: str = "feverish",
        at: datetime | None = None,
        drill: bool = False,
        over_centi_c: int | None = None,
    ) -> None:
        """Open a hold for a person who just passed."""
        utc = at or self.utc
        passage_id = self.passage(
            at=utc, who=who, decision=Decision.HOLD, hold_id=hold_id, drill=drill
        )
        opened = HoldOpened(
            hold_id=hold_id,
            passage_id=passage_id,
            person_ref=ref(who),
            category=Category.VISITOR,
            reason="elevated",
            surface_centi_c=3790,
            over_centi_c=over_centi_c,
            opened=format_utc(utc),
            deadline_s=15,
        )
        self.say(opened, at=utc, drill=drill)

    def step(
        self,
        hold_id: str,
        step: HoldState,
        *,
        at: datetime | None = None,
        brought: StepDetails | None = None,
    ) -> None:
        """Do the next step of a hold."""
        utc, details = at or self.utc, (brought or StepDetails()).model_dump()
        done = HoldStep(hold_id=hold_id, step=step, by="guard", at=format_utc(utc), **details)
        self.say(done, at=utc)

    def close(self, hold_id: str, outcome: str = "released", *, at: datetime | None = None) -> None:
        """Close a hold."""
        utc = at or self.utc
        closed = HoldClosed(
            hold_id=hold_id, outcome=outcome, by="guard", disinfected=True, closed=format_utc(utc)
        )
        self.say(closed, at=utc)

    def report(
        self,
        day: str,
        *,
        at: datetime,
        since: datetime,
        passages: tuple[PassageCount, ...] = (),
        holds: tuple[int, int, int] = (0, 0, 0),
        lost_s: dict[str, int] | None = None,
        uncovered_s: int = 0,
        first: int = 1,
        rounds: tuple[RoundCount, ...] = (),
    ) -> None:
        """Write the daily report; `holds` are opened, closed, still open."""
        record = DailyReport(
            day=day,
            since=format_utc(since),
            until=format_utc(at),
            passages=passages,
            admitted=sum(line.count for line in passages if line.decision is Decision.ADMIT),
            holds_opened=holds[0],
            holds_closed=holds[1],
            holds_open=holds[2],
            device_lost_s={"thermometer": 0, "id_reader": 0} if lost_s is None else lost_s,
            coverage_lost_s=uncovered_s,
            rounds=rounds,
            first_sequence=min(first, self.sequence),
            last_sequence=self.sequence,
        )
        self.say(record, at=at)

    def heartbeat(
        self,
        *,
        pending: int = 0,
        oldest_s: float = 0,
        sequence: int | None = None,
        thermometer: ThermometerState | None = None,
        name: str | None = None,
    ) -> None:
        """Say how the door is."""
        state = GateState(
            state="online",
            epoch=self.epoch,
            sequence=self.sequence if sequence is None else sequence,
            link=self.link.hex(),
            pending=pending,
            oldest_pending_s=oldest_s,
            clock=ClockQuality.SYNCED,
            devices={"thermometer": DeviceState.OK, "id_reader": DeviceState.OK},
            version="0.1.0",
            name=name,
            time=format_utc(self._hall.clock.utc),
            thermometer=thermometer,
        )
        topic = Topics(site=SITE, gate=self.gate).state
        self._hall.ingest.offer(ArrivedMessage(topic, state.encode()))


class Hall:
    """A store with its one writer, and the doors that speak to it."""

    def __init__(self, url: str, *, now: datetime = TEN) -> None:
        self.clock = FakeClock(now, boot_ns=_UP_NS)
        self.engine: Engine = open_store(url)
        self.ingest = Ingest(
            self.engine,
            site=SITE,
            zone=ZONE,
            clock=self.clock,
            publish=lambda _gate, _receipt: None,
            hearing=lambda: Hearing(connected=True, since=TEN),
        )
        self.ingest.start()
        self.west = Door(self, "west-1f")
        self.central = Door(self, "central-2f")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ingest.close()
        self.engine.dispose()

    def settle(self) -> None:
        """Wait until everything that was said is stored, by stopping the writer; start another."""
        self.ingest.close()
        assert not self.ingest.alive
        self.ingest = Ingest(
            self.engine,
            site=SITE,
            zone=ZONE,
            clock=self.clock,
            publish=lambda _gate, _receipt: None,
            hearing=lambda: Hearing(connected=True, since=TEN),
        )
        self.ingest.start()

    def stored(self) -> int:
        """Return how many events are stored and quarantined."""
        with self.engine.connect() as connection:
            events = connection.execute(select(func.count()).select_from(EVENT)).scalar_one()
            aside = connection.execute(select(func.count()).select_from(QUARANTINE)).scalar_one()
        return events + aside


@contextmanager
def hall(store: str | Path, *, now: datetime = TEN) -> Iterator[Hall]:
    """Open a hall whose collector has this store: a URL, or a folder for an SQLite file."""
    url = store if isinstance(store, str) else f"sqlite:///{store / 'collector.sqlite'}"
    with Hall(url, now=now) as one:
        yield one
