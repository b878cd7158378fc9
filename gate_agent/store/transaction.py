"""One transaction of the journal: numbers, bodies, links, views and people, together or not at all.

Used by the writer thread alone; `journal.Journal` brings what waits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from gate_agent.contract.messages import Header, Receipt, encode_body, link_after
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import DataPurged, Record, Severity
from gate_agent.host.clock import Clock
from gate_agent.store.kept_copy import discard_copies, file_of
from gate_agent.store.opening import About, Head
from gate_agent.store.people import PersonRow, keep_person
from gate_agent.store.purge import Purge
from gate_agent.store.schema import EVENT, SET_META, compiled
from gate_agent.store.seal import StoreBox
from gate_agent.store.views import Place, apply, local_day
from gate_agent.store.wal import make_room
from gate_agent.store.watermark import Watermark

_APPEND = compiled(insert(EVENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record to be journalled: it has no number yet. `person` goes, encrypted, beside it.

    `purge` is carried out in the same transaction, and the record tells what went.
    """

    record: Record
    at: Moment
    drill: bool = False
    person: PersonRow | None = None
    purge: Purge | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is durable: `body` is what is published, `link` its place in the chain."""

    sequence: int
    severity: Severity
    record: Record
    body: bytes
    link: bytes
    at: Moment
    drill: bool


class JournalEnd:
    """The end of the journal, where it grows."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        about: About,
        head: Head,
        clock: Clock,
        zone: ZoneInfo,
        box: StoreBox,
        mark: Watermark,
    ) -> None:
        self._connection = connection
        self._about = about
        self._head = head
        self._clock = clock
        self._zone = zone
        self._box = box
        self._mark = mark
        self._unmoved = 0
        self._purged = False

    @property
    def head(self) -> Head:
        """The newest committed event."""
        return self._head

    @property
    def unmoved(self) -> int:
        """How many events may be in the write-ahead file only."""
        return self._unmoved

    def write(
        self, calls: Iterable[Sequence[Draft]], receipt: Receipt | None
    ) -> list[tuple[Stored, ...]]:
        """Commit all drafts in their order, and the receipt; return each call's events.

        Durable on return. On any error nothing of it is there, and it may be tried again.
        """
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            head, stored = self._append(calls)
            if receipt is not None:
                row = {"key": "receipt", "value": receipt.model_dump_json()}
                connection.execute(SET_META.sql, row)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite has rolled back by itself after some errors
                connection.execute("ROLLBACK")
            raise
        self._unmoved += head.sequence - self._head.sequence
        self._head = head
        self._mark.write(head)
        return stored

    @property
    def purged(self) -> bool:
        """Whether what was purged may still stand in the write-ahead file."""
        return self._purged

    def clear(self) -> None:
        """Move everything and empty the write-ahead file: what was purged is in no file then."""
        busy, *_ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:  # else a reader is at it: once more after the next commit
            self._unmoved, self._purged = 0, False
            make_room(self._connection)

    def checkpoint(self) -> None:
        """Move the write-ahead file into the database, as far as readers allow."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._unmoved = 0

    def close(self) -> None:
        """Close the connection; the last one moves everything and removes the -wal file."""
        self._connection.close()
        self._mark.close()

    def _append(self, calls: Iterable[Sequence[Draft]]) -> tuple[Head, list[tuple[Stored, ...]]]:
        connection, about = self._connection, self._about
        boot, quality, recorded = self._clock.boot_id, self._clock.quality(), self._clock.now()
        sequence, link = self._head.sequence, self._head.link
        done: list[tuple[Stored, ...]] = []
        for drafts in calls:
            events: list[Stored] = []
            for draft in drafts:
                record, at = draft.record, draft.at
                if draft.purge is not None and isinstance(record, DataPurged):
                    discard_copies(file_of(connection))  # it would keep what goes here
                    record = draft.purge.carry_out(connection, record)
                    self._purged = True
                sequence += 1
                header = Header(
                    site=about.site,
                    gate=about.gate,
                    epoch=about.epoch,
                    sequence=sequence,
                    prev_link=link,
                    occurred=at,
                    recorded=recorded,
                    boot_id=boot,
                    clock=quality,
                )
                body = encode_body(header, record, drill=draft.drill)
                digest = sha256(body).digest()
                link = link_after(link, digest)
                time = format_utc(at.utc)
                severity = record.severity
                connection.execute(
                    _APPEND.sql,
                    {
                        "sequence": sequence,
                        "severity": severity.value,
                        "type": record.TYPE,
                        "time": time,
                        "boot": boot,
                        "bootns": at.boot_ns,
                        "body": body,
                        "bodysha256": digest,
                        "link": link,
                    },
                )
                place = Place(
                    sequence=sequence,
                    time=time,
                    day=local_day(at.utc, self._zone),
                    boot=boot,
                    boot_ns=at.boot_ns,
                    drill=draft.drill,
                )
                apply(connection, place, record, body)
                if draft.person is not None:
                    keep_person(connection, self._box, draft.person, sequence)
                events.append(Stored(sequence, severity, record, body, link, at, draft.drill))
            done.append(tuple(events))
        return Head(about.epoch, sequence, link), done
