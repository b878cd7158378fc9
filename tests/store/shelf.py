"""Journals for tests: opened in a folder, filled with records of every kind, and read raw."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldOpened,
    Outcome,
    PassageDecided,
    Record,
    Temperature,
)
from gate_agent.host.clock import Clock
from gate_agent.store.disk import RESERVE_BYTES
from gate_agent.store.journal import Draft, Journal, Stored
from gate_agent.testing import FakeClock

SITE, GATE, ZONE = "hall-01", "west-1f", ZoneInfo("Asia/Shanghai")
KEY = bytes(range(32))
REF = "ab" * 32
SOON_S = 30.0
NOON = FakeClock().now()


def open_journal(
    path: Path,
    *,
    clock: Clock | None = None,
    gate: str = GATE,
    key: bytes = KEY,
    busy_wait_s: float = 5,
    reserve_bytes: int = RESERVE_BYTES,
    replace_damaged: bool = False,
) -> Journal:
    """Open the journal of the west door."""
    return Journal.open(
        path,
        site=SITE,
        gate=gate,
        clock=clock or FakeClock(),
        zone=ZONE,
        key=key,
        busy_wait_s=busy_wait_s,
        reserve_bytes=reserve_bytes,
        replace_damaged=replace_damaged,
    )


def passage(
    number: int,
    decision: Decision = Decision.ADMIT,
    *,
    category: Category = Category.VISITOR,
    hold_id: str | None = None,
    at: Moment = NOON,
) -> PassageDecided:
    """Return the outcome of passage `number`."""
    when = format_utc(at.utc)
    return PassageDecided(
        passage_id=f"p-{number}",
        category=category,
        person_ref=REF,
        decision=decision,
        reasons=(),
        temperature=Temperature(
            outcome=Outcome.NORMAL, surface_centi_c=3640, samples=8, profile="spot-forehead/1"
        ),
        started=when,
        decided=when,
        registered=category is Category.VISITOR,
        hall_mode=HallMode.OPEN,
        hold_id=hold_id,
    )


def hold(number: int, *, person_ref: str | None = REF) -> HoldOpened:
    """Return the opening of hold `number`."""
    return HoldOpened(
        hold_id=f"h-{number}",
        passage_id=f"p-{number}",
        person_ref=person_ref,
        category=Category.VISITOR,
        reason="elevated",
        surface_centi_c=3810,
        opened=format_utc(NOON.utc),
        deadline_s=15,
    )


def draft(record: Record, *, at: Moment = NOON, drill: bool = False) -> Draft:
    """Return `record` as it is handed to a journal."""
    return Draft(record=record, at=at, drill=drill)


def drafts(records: Iterable[Record]) -> list[Draft]:
    """Return all of `records` as drafts."""
    return [draft(record) for record in records]


class Waiter:
    """A `done` callback that can be waited for."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self.stored: tuple[Stored, ...] = ()

    def __call__(self, stored: tuple[Stored, ...]) -> None:
        self.stored = stored
        self._came.set()

    @property
    def came(self) -> bool:
        """Whether it was called."""
        return self._came.is_set()

    def wait(self, within_s: float = SOON_S) -> tuple[Stored, ...]:
        """Return what was stored."""
        assert self._came.wait(within_s), f"expected a durable record within {within_s} s"
        return self.stored


def write(journal: Journal, *records: Record | Draft) -> tuple[Stored, ...]:
    """Append in one call, and wait until it is durable."""
    done = Waiter()
    journal.append([one if isinstance(one, Draft) else draft(one) for one in records], done)
    return done.wait()


def raw(path: Path, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Run `sql` on the file as any SQLite program would, and return its rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(sql, values).fetchall()


def proven(path: Path) -> list[tuple[int, bytes | None]]:
    """Return sequence and body of every event, its chain computed again without our code."""
    found: list[tuple[int, bytes | None]] = []
    link = bytes(32)
    sql = "SELECT sequence, body, bodysha256, link FROM event ORDER BY sequence"
    for sequence, body, digest, kept in raw(path, sql):
        assert sequence == len(found) + 1, f"expected {len(found) + 1}, got {sequence}"
        assert body is None or sha256(body).digest() == digest, f"body of {sequence}"
        link = sha256(link + digest).digest()
        assert kept == link, f"link of {sequence}"
        found.append((sequence, body))
    return found
