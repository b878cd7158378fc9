"""A gate's journal in which people were registered, with a clock that is set by hand."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from nacl.public import PrivateKey

from children import wait_until
from gate_agent.contract.identity import Person, Secret, person_ref
from gate_agent.contract.messages import Receipt
from gate_agent.contract.moment import format_utc
from gate_agent.contract.record import Category
from gate_agent.contract.records import AgentStopped, Record
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import CardType
from gate_agent.domain.effects import Registration
from gate_agent.gate.registration_draft import registration_draft
from gate_agent.gate.retention import GateRetention
from gate_agent.gate.sealing import Sealing
from gate_agent.store.journal import Draft, Journal
from gate_agent.store.keys import Keys
from gate_agent.store.reader import JournalReader
from gate_agent.testing import FakeClock

ZONE = ZoneInfo("Asia/Shanghai")
PRIVATE = bytes(range(32))
KEYS = Keys(
    site=b"s" * 32,
    store=b"t" * 32,
    collector_public=bytes(PrivateKey(PRIVATE).public_key),
    made=(),
)
NAME, NUMBER, PHONE = "欧阳探针", "11010119900307721X", "+8613912345678"
DAY_S = 24 * 3600.0


def number(index: int) -> str:
    return NUMBER if index == 0 else f"{NUMBER[:-4]}{index:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A journal that is open, and what removes personal data from it."""

    journal: Journal
    reader: JournalReader
    clock: FakeClock
    retention: GateRetention

    def register(self, *people: int) -> None:
        """Register these people, each with a passage of its own, and wait until it is durable."""
        drafts = []
        for index in people:
            ref = person_ref(number(index), KEYS.site)
            registration = Registration(
                passage_id=f"p-{index}",
                person=Person(
                    category=Category.VISITOR,
                    person_ref=ref,
                    card_type=CardType.RESIDENT,
                    name=Secret(NAME),
                    number=Secret(number(index)),
                ),
                details=RegistrationDetails(phone=Secret(PHONE), purpose="社保"),
            )
            drafts.append(registration_draft(registration, self.clock.now(), KEYS))
        self._durable(drafts)

    def write(self, record: Record, sealing: Sealing) -> Record:
        """Write a record as a guard does, its texts sealed; return what stands in the journal."""
        (draft,) = sealing.drafts([Draft(record=record, at=self.clock.now())])
        self._durable([draft])
        return draft.record

    def other_event(self) -> None:
        self._durable([Draft(record=AgentStopped(reason="x"), at=self.clock.now())])

    def receipt(self, *, upto: int | None = None, off_s: float = 0) -> None:
        """Let the centre's receipt come, by a clock that differs from ours by `off_s`."""
        sequence = self.journal.head.sequence if upto is None else upto
        event = self.reader.event(sequence)
        assert event is not None
        at = FakeClock(self.clock.utc)
        at.step(off_s)
        receipt = Receipt(
            epoch=self.journal.epoch,
            upto=sequence,
            link=event.link.hex(),
            time=format_utc(at.utc),
        )
        self.journal.save_receipt(receipt)
        wait_until(lambda: self.journal.receipt == receipt, "a saved receipt")

    def look(self) -> None:
        """Let the retention look once, and let its minute pass."""
        asyncio.run(self.retention.look())
        self.clock.advance(61)

    def days(self, count: int, *, receipts: bool = True) -> None:
        """Let whole days pass, each with an event and, where the centre is there, its receipt."""
        for _ in range(count):
            self.clock.advance(DAY_S - 61)
            self.other_event()
            if receipts:
                self.receipt()
            self.look()

    def bodies(self) -> list[int]:
        """Return the registrations whose body is there."""
        return self._column(
            "SELECT sequence FROM event WHERE type = 'gate.person.registered.v1' "
            "AND body IS NOT NULL ORDER BY sequence"
        )

    def people(self) -> int:
        return self._column("SELECT count(*) FROM people")[0]

    def _column(self, sql: str) -> list[int]:
        with closing(sqlite3.connect(f"file:{self.journal.path}?mode=ro", uri=True)) as found:
            return [row[0] for row in found.execute(sql)]

    def _durable(self, drafts: list[Draft]) -> None:
        before = self.journal.head.sequence
        self.journal.append(drafts)
        wait_until(lambda: self.journal.head.sequence == before + len(drafts), "a commit")


@contextmanager
def gate(
    folder: Path,
    clock: FakeClock | None = None,
    *,
    days: int = 14,
    forget: Callable[[datetime], None] = lambda _before: None,
) -> Iterator[Gate]:
    path, set_clock = folder / "west-1f.sqlite", clock or FakeClock()
    with (
        Journal.open(
            path, site="hall-01", gate="west-1f", clock=set_clock, zone=ZONE, key=KEYS.store
        ) as journal,
        JournalReader(path, KEYS.store) as reader,
    ):
        retention = GateRetention(
            journal=journal,
            reader=reader,
            clock=set_clock,
            zone=ZONE,
            days=lambda: days,
            forget=forget,
        )
        yield Gate(journal=journal, reader=reader, clock=set_clock, retention=retention)


def all_bytes(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder: what a thief of the card has."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def traces(text: str) -> list[bytes]:
    """Return the forms in which a word could stand in a file."""
    encoded = [text.encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    digests = [sha256(text.encode()).hexdigest().encode(), sha256(text.encode()).digest()]
    return [*encoded, *(word.hex().encode() for word in encoded), *digests]
