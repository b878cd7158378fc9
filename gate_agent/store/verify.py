"""Proves a journal: the chain from the first event to the last, and the views against a replay.

Everything streams: memory does not grow with the journal.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Table

from gate_agent.contract.anchor import AnchorKept, anchored
from gate_agent.contract.messages import (
    LINK_0,
    Envelope,
    Receipt,
    link_after,
    parse_body,
)
from gate_agent.contract.records import DataPurged, PersonRegistered, Severity
from gate_agent.errors import ContractError, StorageError
from gate_agent.host.planted import Planted
from gate_agent.store.errors import BrokenChain, JournalForeign
from gate_agent.store.opening import About, Head, open_for_reading, read_receipt, typed_errors
from gate_agent.store.people import unreadable_people
from gate_agent.store.planted import planted
from gate_agent.store.replay import (
    TELL_EVERY,
    EventRow,
    Progress,
    every_event,
    last_sequence,
    make_views,
    replay,
)
from gate_agent.store.schema import VIEWS
from gate_agent.store.seal import StoreBox
from gate_agent.store.watermark import read_mark

_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """Whether the views equal a replay; `differences` names tables and keys, the first few."""

    equal: bool
    differences: tuple[str, ...]


def verify(path: Path, progress: Progress, *, whose: tuple[str, str] | None = None) -> Head:
    """Return the head of a journal whose whole chain holds.

    Raises BrokenChain when all was read, with the first bad events and how many more there are: a
    gap, a body that was changed, or is gone and no record of removal says so, a link that does not
    follow, a column that says other than its body, an end before what was durable already. Raises
    StorageError for a bad file, JournalForeign for one that is not of `whose` site and gate.
    """
    mark = read_mark(path)  # first: a running gate is ahead of what it was
    connection, about = open_for_reading(path)
    with closing(connection), typed_errors(path):
        for problem, *_ in connection.execute("PRAGMA quick_check(1)"):
            if problem != "ok":
                raise StorageError(f"{path}: expected a sound database, got: {problem}")
        if whose not in (None, (about.site, about.gate)):
            expected = f"the journal of {'/'.join(whose or ())}"
            raise JournalForeign(f"{path}: expected {expected}, got {about.site}/{about.gate}")
        promised = _promised(mark, read_receipt(connection), about.epoch)
        promised += _anchored(connection, about)
        total = last_sequence(connection)
        chain = _Chain(about, promised)
        for count, row in enumerate(every_event(connection), 1):
            chain.follow(row)
            if count % TELL_EVERY == 0:
                progress(count, total)
        progress(total, total)
        return _unplanted(chain.end, planted(connection), path)


def _unplanted(end: Callable[[], Head], there: Sequence[Planted], path: Path) -> Head:
    """Return the chain's end. Raises also for what somebody planted, beside all that is bad."""
    also = [f"expected this version's schema, got {one}" for one in there]
    try:
        head = end()
    except BrokenChain as exc:
        raise BrokenChain(exc.sequence, exc.why, [*exc.more, *also]) from exc
    if also:
        raise StorageError("\n  ".join([f"{path}: {also[0]}", *also[1:]]))
    return head


class _Chain:
    """The events of a journal, as they are read one after the other."""

    def __init__(self, about: About, promised: list[tuple[int, bytes]]) -> None:
        self._about = about
        self._promises: defaultdict[int, list[bytes]] = defaultdict(list)
        for at, promise in promised:
            self._promises[at].append(promise)
        self._sequence = 0
        self._ends = [LINK_0]  # after a bad event two: what is kept, and what follows; []: unknown
        self._removed = Removed()
        self._faults: list[BrokenChain] = []  # the first of them
        self._bad = 0

    def follow(self, row: EventRow) -> None:
        """Take the next event; note what is wrong with it, and go on after it."""
        self._sequence += 1
        ends, self._ends = self._ends, []
        try:
            row.check()
            if row.sequence != self._sequence:
                why = f"it is missing, the next is {row.sequence}"
                self._note(BrokenChain(self._sequence, why))
                self._sequence, ends = row.sequence, []
            follows = (link_after(end, row.bodysha256) for end in ends)
            self._ends = list(dict.fromkeys([row.link, *follows]))
            envelope = _check(row, ends, self._about)
            self._ends = [row.link]
            self._removed.see(row, envelope)
        except BrokenChain as exc:
            self._note(exc)
        if any(promise != row.link for promise in self._promises.get(self._sequence, ())):
            why = "it was another when it was told to be durable"
            self._note(BrokenChain(self._sequence, why))

    def end(self) -> Head:
        """Return where the chain ends. Raises BrokenChain where anything was bad."""
        if (last := max(self._promises, default=0)) > self._sequence:
            why = f"it is missing, and {last} was durable already"
            self._note(BrokenChain(self._sequence + 1, why))
        try:
            self._removed.check()
        except BrokenChain as exc:
            self._note(exc)
        if self._faults:
            first, *others = self._faults
            more = [str(one) for one in others]
            if self._bad > len(self._faults):
                more.append(f"expected no bad event, got {self._bad - len(self._faults)} more")
            raise BrokenChain(first.sequence, first.why, more)
        return Head(self._about.epoch, self._sequence, self._ends[0])

    def _note(self, fault: BrokenChain) -> None:
        self._bad += 1
        if len(self._faults) < _MOST_TOLD:
            self._faults.append(fault)


def _promised(mark: Head | None, receipt: Receipt | None, epoch: str) -> list[tuple[int, bytes]]:
    """Return what was told of this journal elsewhere: sequence and link."""
    promises: list[tuple[int, bytes]] = []
    if receipt is not None and receipt.epoch == epoch:
        promises.append((receipt.upto, bytes.fromhex(receipt.link)))
    if mark is not None and mark.epoch == epoch:
        promises.append((mark.sequence, mark.link))
    return promises


def _anchored(connection: sqlite3.Connection, about: About) -> list[tuple[int, bytes]]:
    """Return what the centre had of this journal, by the anchors that are kept in it."""
    kept = connection.execute(
        "SELECT body FROM event WHERE type = ? AND body IS NOT NULL", (AnchorKept.TYPE,)
    )
    ends: list[tuple[int, bytes]] = []
    for (body,) in kept:
        try:
            anchor = anchored(bytes(body))
        except (ContractError, TypeError):  # told at its place in the chain
            continue
        ends += [
            (end.sequence, bytes.fromhex(end.link))
            for end in (anchor[0].ends if anchor else ())
            if (end.gate, end.epoch) == (about.gate, about.epoch)
        ]
    return ends


def export(path: Path, out: BinaryIO) -> None:
    """Write every body as one line, in order: the exact bytes, or that it was redacted."""
    connection, _ = open_for_reading(path)
    with closing(connection), typed_errors(path):
        for row in every_event(connection):
            row.check()
            line = row.body
            if line is None:
                line = json.dumps(
                    {
                        "redacted": True,
                        "sequence": row.sequence,
                        "bodysha256": row.bodysha256.hex(),
                        "type": row.type,
                        "severity": row.severity,
                    },
                    separators=(",", ":"),
                ).encode()
            out.write(line + b"\n")


def rebuild(path: Path, key: bytes | None, progress: Progress) -> RebuildResult:
    """Replay the bodies into fresh views, and compare them with the journal's."""
    connection, about = open_for_reading(path)
    with closing(connection), typed_errors(path), closing(sqlite3.connect("")) as views:
        views.isolation_level = None
        try:
            zone = ZoneInfo(about.zone)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise StorageError(f"{path}: expected a time zone in meta, got another text") from exc
        make_views(views)
        connection.execute("BEGIN")  # one state of the journal, whatever a running gate appends
        total = last_sequence(connection)
        views.execute("BEGIN")
        for row in every_event(connection):
            replay(views, row, zone)
            if row.sequence % TELL_EVERY == 0:
                progress(row.sequence, total)
        views.execute("COMMIT")
        progress(total, total)
        differences = [line for table in VIEWS for line in _differences(connection, views, table)]
        if key and (unreadable := unreadable_people(connection, StoreBox(key))):
            differences.append(f"people: {unreadable} rows do not open with this store key")
        connection.execute("ROLLBACK")
    return RebuildResult(not differences, tuple(differences[:_MOST_TOLD]))


class Removed:
    """The bodies that are gone, beside the records of removal in the same journal (清除记录)."""

    def __init__(self) -> None:
        self._gone = array("q")  # eight bytes each: memory for years of registrations
        self._records: list[DataPurged] = []

    def see(self, row: EventRow, envelope: Envelope | None) -> None:
        """Take an event. Raises BrokenChain where its body may not be gone."""
        if envelope is None:
            if (row.type, row.severity) != (PersonRegistered.TYPE, Severity.ROUTINE):
                raise BrokenChain(row.sequence, "its body is gone, and it is no registration")
            self._gone.append(row.sequence)
        elif envelope.type == DataPurged.TYPE and isinstance(
            record := envelope.record(), DataPurged
        ):
            self._records.append(record)

    def check(self) -> None:
        """Raise BrokenChain where the records do not say of each body that it went."""
        ends: dict[int, int] = {}
        for record in self._records:
            if record.first_sequence is not None and record.last_sequence is not None:
                first = record.first_sequence
                ends[first] = max(record.last_sequence, ends.get(first, 0))
        begins = sorted(ends)
        reach = [*accumulate((ends[begin] for begin in begins), max)]
        for number in self._gone:
            before = bisect_right(begins, number)
            if not before or reach[before - 1] < number:
                raise BrokenChain(number, "its body is gone, and no record says so")
        expected = sum(record.redacted for record in self._records)
        if len(self._gone) > expected:
            why = f"one of {len(self._gone)} bodies that are gone, and records tell of {expected}"
            raise BrokenChain(self._gone[-1], why)


def _check(row: EventRow, ends: list[bytes], about: About) -> Envelope | None:
    """Return what an event that follows one of `ends` says, None if that is gone.

    Raises BrokenChain. No ends: nobody knows what was before it.
    """
    envelope: Envelope | None = None
    if row.body is not None:
        if sha256(row.body).digest() != row.bodysha256:
            raise BrokenChain(row.sequence, "its body is not the one that was linked")
        try:
            envelope = parse_body(row.body)
        except ContractError as exc:
            raise BrokenChain(row.sequence, str(exc)) from exc
        said = [end for end in ends if end.hex() == envelope.prevlink]
        if ends and not said:
            raise BrokenChain(row.sequence, "its body names another event before it")
        ends = said
        if fault := _contradiction(row, envelope, about):
            raise BrokenChain(row.sequence, f"its column {fault} says other than its body")
    if ends and row.link not in [link_after(end, row.bodysha256) for end in ends]:
        raise BrokenChain(row.sequence, "its link does not follow from the one before")
    return envelope


def _contradiction(row: EventRow, envelope: Envelope, about: About) -> str | None:
    pairs = {
        "sequence": (row.sequence, envelope.number),
        "severity": (row.severity, envelope.severity),
        "type": (row.type, envelope.type),
        "time": (row.time, envelope.time),
        "boot": (row.boot, envelope.boot),
        "bootns": (row.bootns, envelope.boot_ns),
        "epoch": (about.epoch, envelope.epoch),
        "site": (about.site, envelope.site),
        "gate": (about.gate, envelope.gate),
    }
    return next((name for name, (kept, said) in pairs.items() if kept != said), None)


def _differences(kept: sqlite3.Connection, replay: sqlite3.Connection, table: Table) -> list[str]:
    """Name the rows of a view that are missing, too many or other than the replay's."""
    columns = ", ".join(column.name for column in table.c)
    keys = [at for at, column in enumerate(table.c) if column.primary_key]
    sql = (
        f"SELECT {columns} FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"  # noqa: S608 names of our own tables
    )
    differences: list[str] = []
    ours, theirs = iter(kept.execute(sql)), iter(replay.execute(sql))
    mine, due = next(ours, None), next(theirs, None)
    while (mine, due) != (None, None) and len(differences) < _MOST_TOLD:
        at_mine = None if mine is None else tuple(mine[n] for n in keys)
        at_due = None if due is None else tuple(due[n] for n in keys)
        if at_mine == at_due:
            if mine != due:
                differences.append(
                    f"{table.name} {at_mine}: expected the replay's row, got another"
                )
            mine, due = next(ours, None), next(theirs, None)
        elif at_due is None or (at_mine is not None and at_mine < at_due):
            differences.append(f"{table.name} {at_mine}: expected no such row, got one")
            mine = next(ours, None)
        else:
            differences.append(f"{table.name} {at_due}: expected a row, got none")
            due = next(theirs, None)
    return differences
