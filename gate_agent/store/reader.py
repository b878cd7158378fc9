"""Reads a journal while the gate writes it: head, events, views, people. Never writes.

Every call is one short read, so that no snapshot keeps the write-ahead file from being moved.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import bindparam, func, select, text

from gate_agent.contract.messages import Receipt, parse_body
from gate_agent.contract.moment import Moment, corrected_utc
from gate_agent.contract.records import (
    Category,
    ClockSynced,
    CoverageLost,
    CoverageRestored,
    DailyReport,
    Decision,
    DeviceChanged,
    HoldState,
    ModeApplied,
    PassageCount,
    PassageDecided,
    Record,
    Severity,
    ShiftNoted,
    ThermometerChecked,
    ThermometerCommissioned,
    ThermometerCompared,
)
from gate_agent.domain.thermometer_health import Checks
from gate_agent.errors import StorageError
from gate_agent.store.day_figures import DailyFigures, daily_figures
from gate_agent.store.of_holds import OfHolds
from gate_agent.store.opening import Head, open_for_reading, read_head, read_receipt, typed_errors
from gate_agent.store.people import PersonRow, find_person
from gate_agent.store.purge import Purge
from gate_agent.store.schema import (
    DAY_COUNT,
    EVENT,
    HOLD,
    IS_OPEN,
    IS_URGENT,
    NEWEST,
    PASSAGE,
    Statement,
    compiled,
)
from gate_agent.store.seal import StoreBox
from gate_agent.store.today import Today

_LOG = logging.getLogger(__name__)
_R = TypeVar("_R", bound=Record)

_EVENT = select(
    EVENT.c.sequence,
    EVENT.c.severity,
    EVENT.c.body,
    EVENT.c.bodysha256,
    EVENT.c.link,
    EVENT.c.time,
    EVENT.c.bootns,
    EVENT.c.boot,
)
_AFTER = _EVENT.where(EVENT.c.sequence > bindparam("sequence")).order_by(EVENT.c.sequence)
_ALL_AFTER = compiled(_AFTER.limit(bindparam("limit")))
_LANES = {
    Severity.URGENT: compiled(_AFTER.where(IS_URGENT).limit(bindparam("limit"))),
    Severity.ROUTINE: compiled(
        _AFTER.where(text("severity = 'routine'")).limit(bindparam("limit"))
    ),
}
_ONE = compiled(_EVENT.where(EVENT.c.sequence == bindparam("sequence")))
_TIME_AFTER = compiled(
    select(EVENT.c.time)
    .where(EVENT.c.sequence > bindparam("sequence"))
    .order_by(EVENT.c.sequence)
    .limit(1)
)
_HOLD_COLUMNS = [
    column for column in HOLD.c if column.name not in ("day", "opened_sequence", "closed_sequence")
]
_OPEN_HOLDS = compiled(select(*_HOLD_COLUMNS).where(IS_OPEN).order_by(HOLD.c.opened_sequence))
_RECENT = compiled(
    select(PASSAGE.c.sequence, EVENT.c.body)
    .join(EVENT, EVENT.c.sequence == PASSAGE.c.sequence)
    .where(EVENT.c.body.is_not(None))
    .order_by(PASSAGE.c.sequence.desc())
    .limit(bindparam("limit"))
)
_PASSAGE = compiled(
    select(EVENT.c.body)
    .join(PASSAGE, EVENT.c.sequence == PASSAGE.c.sequence)
    .where(PASSAGE.c.passage_id == bindparam("passage_id"), EVENT.c.body.is_not(None))
)
_COUNTS = compiled(
    select(DAY_COUNT.c.category, DAY_COUNT.c.decision, DAY_COUNT.c.count)
    .where(DAY_COUNT.c.day == bindparam("day"), text("count > 0"))
    .order_by(DAY_COUNT.c.category, DAY_COUNT.c.decision)
)
_HOLDS_OF = compiled(
    select(func.count()).select_from(HOLD).where(HOLD.c.day == bindparam("day"), text("drill = 0"))
)
_BOOTED = compiled(
    select(NEWEST.c.data).where(
        NEWEST.c.type == bindparam("type"), NEWEST.c.subject == bindparam("boot")
    )
)
_NEWEST = compiled(
    select(NEWEST.c.data).where(NEWEST.c.type == bindparam("type")).order_by(NEWEST.c.subject)
)
_LOOKED_AT = 20_000  # events, for the newest decisions
_DECISIONS = compiled(
    _EVENT.where(
        EVENT.c.sequence > bindparam("after"),
        text("type IN ('gate.passage.decided.v1', 'gate.hold.step.v1')"),
    )
    .order_by(EVENT.c.sequence.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Event:
    """One committed event as it lies in the journal; `body` is None once redacted."""

    sequence: int
    severity: Severity
    body: bytes | None
    body_sha256: bytes
    link: bytes
    time: str
    bootns: int
    boot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold that is not closed.

    Its running deadline is `due_s` seconds long, and began at `stepped` (UTC), which is `boot_ns`
    nanoseconds after the start of `boot`; None once no step is due.
    """

    hold_id: str
    passage_id: str
    person_ref: str | None
    category: Category
    reason: str
    surface_centi_c: int | None
    contact_centi_c: int | None
    opened: str
    state: HoldState
    stepped: str
    boot: str
    boot_ns: int
    due_s: float | None
    overdue: int
    drill: bool


class JournalReader:
    """A journal, open for reading. Any thread may call; calls take turns."""

    def __init__(
        self,
        path: Path,
        key: bytes | None = None,
        on_damage: Callable[[str], None] | None = None,
        *,
        older: bool = False,
    ) -> None:
        """Open the journal; without the store key, nobody has a name. Torn pages are told.

        With `older` it may be of a schema before ours: what cannot be read so is a StorageError.
        Raises NotAJournal (also when there is none), OtherSchema, JournalLocked, StorageError.
        """
        self._path = path
        self._on_damage = on_damage
        self._connection, self._about = open_for_reading(path, older=older)
        self._box = None if key is None else StoreBox(key)
        self._turn = threading.Lock()
        self.today = Today(self._rows)
        self.of_holds = OfHolds(self._rows)
        self._told_unreadable = False

    @property
    def epoch(self) -> str:
        """Random id of this journal file."""
        return self._about.epoch

    def head(self) -> Head:
        """Return the newest committed event's number and link."""
        with self._turn, typed_errors(self._path, self._on_damage):
            return read_head(self._connection, self._about.epoch)

    def receipt(self) -> Receipt | None:
        """Return the newest saved receipt."""
        with self._turn, typed_errors(self._path, self._on_damage):
            return read_receipt(self._connection)

    def after(self, sequence: int, limit: int, severity: Severity | None = None) -> list[Event]:
        """Return up to `limit` events after `sequence` in order, of one lane if it is named."""
        statement = _ALL_AFTER if severity is None else _LANES[severity]
        return [_event(row) for row in self._rows(statement, sequence=sequence, limit=limit)]

    def event(self, sequence: int) -> Event | None:
        """Return one event."""
        rows = self._rows(_ONE, sequence=sequence)
        return _event(rows[0]) if rows else None

    def decisions(self, limit: int) -> list[Event]:
        """Return the newest verdicts and steps of holds, up to `limit`, oldest first.

        Looks through the last events only, so that a long journal costs no more.
        """
        after = self.head().sequence - _LOOKED_AT
        return [_event(row) for row in reversed(self._rows(_DECISIONS, after=after, limit=limit))]

    def oldest_time(self, after_sequence: int) -> str | None:
        """Return when the first event after this one occurred (UTC)."""
        rows = self._rows(_TIME_AFTER, sequence=after_sequence)
        return rows[0][0] if rows else None

    def open_holds(self) -> list[HoldRow]:
        """Return the holds that are not closed, in the order they were opened."""
        names = [column.name for column in _HOLD_COLUMNS]
        return [_hold(dict(zip(names, row, strict=True))) for row in self._rows(_OPEN_HOLDS)]

    def recent_passages(self, limit: int) -> list[tuple[int, PassageDecided]]:
        """Return the last passages, newest first, each with its newest verdict."""
        passages = (
            (at, parse_body(body).record()) for at, body in self._rows(_RECENT, limit=limit)
        )
        return [(at, record) for at, record in passages if isinstance(record, PassageDecided)]

    def passage(self, passage_id: str) -> PassageDecided | None:
        """Return a passage's newest verdict; None for an unknown one."""
        rows = self._rows(_PASSAGE, passage_id=passage_id)
        record = parse_body(rows[0][0]).record() if rows else None
        return record if isinstance(record, PassageDecided) else None

    def counts(self, day: str) -> tuple[PassageCount, ...]:
        """Return the passages of a local day (YYYY-MM-DD) by kind and outcome; no drills."""
        return tuple(
            PassageCount(category=Category(category), decision=Decision(decision), count=count)
            for category, decision, count in self._rows(_COUNTS, day=day)
        )

    def holds_opened(self, day: str) -> int:
        """Return how many holds were opened on a local day; no drills."""
        count: int = self._rows(_HOLDS_OF, day=day)[0][0]
        return count

    def devices(self) -> dict[str, DeviceChanged]:
        """Return the last state of each device."""
        return {record.device: record for record in self._newest(DeviceChanged)}

    def checks(self) -> Checks:
        """Return the newest checks of the thermometer."""
        checks = Checks()
        for check in sorted(self._newest(ThermometerChecked), key=lambda check: check.at):
            checks = checks.after(check)
        return checks

    def commissioned(self) -> ThermometerCommissioned | None:
        """Return how this door came to know its own normal last (启用新门)."""
        return next(iter(self._newest(ThermometerCommissioned)), None)

    def compared(self) -> ThermometerCompared | None:
        """Return what the newest comparison with the other door found (两门比对)."""
        return next(iter(self._newest(ThermometerCompared)), None)

    def coverage_lost(self) -> CoverageLost | None:
        """Return how the thermometer was lost (测温中断); None while it screens."""
        lost = next(iter(self._newest(CoverageLost)), None)
        restored = next(iter(self._newest(CoverageRestored)), None)
        if lost is None or (restored is not None and restored.since == lost.since):
            return None
        return lost

    def booted(self, boot: str) -> str | None:
        """Return when a boot began, by its synchronised clock (UTC); None if it never was."""
        rows = self._rows(_BOOTED, type=ClockSynced.TYPE, boot=boot)
        return ClockSynced.model_validate_json(rows[0][0]).booted if rows else None

    def corrected_time(self, event: Event) -> str:
        """Return when it happened, as is known now (更正时间); `event.time` stays beside it."""
        booted = self.booted(event.boot)
        return event.time if booted is None else corrected_utc(booted, event.bootns)

    def last_report(self) -> DailyReport | None:
        """Return the last daily report (每日零报告)."""
        return next(iter(self._newest(DailyReport)), None)

    def last_note(self) -> ShiftNoted | None:
        """Return what the last shift tells the next (交班记录)."""
        return next(iter(self._newest(ShiftNoted)), None)

    def last_policy(self) -> ModeApplied | None:
        """Return the last policy that took effect."""
        return next(iter(self._newest(ModeApplied)), None)

    def person(self, person_ref: str) -> PersonRow | None:
        """Return who this is; None if unknown here, or encrypted under another store key."""
        if self._box is None:
            return None
        with self._turn, typed_errors(self._path, self._on_damage):
            try:
                return find_person(self._connection, self._box, person_ref)
            except StorageError as exc:
                if not self._told_unreadable:
                    _LOG.warning("journal: people cannot be named: %s", exc)
                self._told_unreadable = True
                return None

    def people_of(self, refs: Iterable[str]) -> dict[str, PersonRow]:
        """Return those of `refs` that are known here."""
        people = {ref: self.person(ref) for ref in refs}
        return {ref: person for ref, person in people.items() if person is not None}

    def purgeable(self, purge: Purge) -> bool:
        """Tell whether a purge would remove anything."""
        with self._turn, typed_errors(self._path, self._on_damage):
            if purge.due(self._connection):
                return True
            return purge.person_ref is None and purge.old_people(self._connection) > 0

    def daily(
        self, since_sequence: int, *, now: Moment | None = None, boot: str = ""
    ) -> DailyFigures:
        """Return the figures of all events after `since_sequence`.

        A device that is lost still is counted until `now` of this `boot`; without, until the
        last event.
        """
        with self._turn, typed_errors(self._path, self._on_damage):
            self._connection.execute("BEGIN")
            try:
                return daily_figures(self._connection, since_sequence, now=now, boot=boot)
            finally:
                self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, statement: Statement, **given: object) -> list[Any]:
        with self._turn, typed_errors(self._path, self._on_damage):
            return self._connection.execute(statement.sql, statement.values(**given)).fetchall()

    def _newest(self, model: type[_R]) -> list[_R]:
        rows = self._rows(_NEWEST, type=model.TYPE)
        return [model.model_validate_json(row[0]) for row in rows]


def _event(row: sqlite3.Row | tuple[Any, ...]) -> Event:
    sequence, severity, body, digest, link, time, bootns, boot = row
    return Event(sequence, Severity(severity), body, digest, link, time, bootns, boot)


def _hold(row: dict[str, Any]) -> HoldRow:
    row["category"] = Category(row["category"])
    row["state"] = HoldState(row["state"])
    row["drill"] = bool(row["drill"])
    return HoldRow(**row)
