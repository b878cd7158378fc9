"""Brings an older journal up to this version's schema (升级): numbered steps, one transaction.

Forward only: a step that was released is never changed, and none goes back. What a step does to
`event` it writes out in SQL; views it may leave to a replay (`views_again`). A kill, a power cut or
a full disk in the middle leaves the file as it was.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent import __version__
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import AgentStopped
from gate_agent.host import systemd
from gate_agent.host.clock import Clock
from gate_agent.store.kept_copy import copy_of, discard_copies, keep_copy
from gate_agent.store.replay import last_sequence, make_views_again
from gate_agent.store.schema import GET_META, SET_META
from gate_agent.words import both

PROGRAM = "program"  # in `meta`: which version of the program made this schema
_UPDATED_AT = "updated_at"  # in `meta`: the newest event at the last update
_TELL_EVERY_NS = 2 * NS_PER_S
_OPERATIONS = 200_000  # of SQLite's machine: some milliseconds between two looks

_LOG = logging.getLogger("gate_agent.store.journal")
Progress = Callable[[str, int, int], None]  # what, done, of how many (0: nobody knows)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationStep:
    """What makes schema `to` of the one before it."""

    to: int
    what: str
    change: Callable[[sqlite3.Connection], None]
    views_again: bool = False


def _index_what_is_there(connection: sqlite3.Connection) -> None:
    """Let a registration leave its index with its body.

    The retention looks for bodies every minute, and read every registration of all years.
    """
    connection.execute("DROP INDEX IF EXISTS event_registration")
    connection.execute(
        "CREATE INDEX event_registration ON event (sequence)"
        " WHERE type = 'gate.person.registered.v1' AND body IS NOT NULL"
    )


STEPS: tuple[MigrationStep, ...] = (
    MigrationStep(to=2, what="terminal.registrations_index", change=_index_what_is_there),
)


class MigrationProgress:
    """Progress in the log every two seconds; the service manager waits as long as there is any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due_ns = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell it, if it is time to; `what` is the key of its word."""
        now_ns = self._clock.now().boot_ns
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + _TELL_EVERY_NS
        status = f"{both(what)} {done * 100 // total} %" if total else both(what)
        _LOG.info("journal: %s: %s", both("terminal.update"), status)
        systemd.more_time(f"{both('terminal.update')}: {status}")

    def end(self) -> None:
        """End the progress: the service manager shows its usual status again."""
        if self._due_ns:
            systemd.notify("STATUS=")


def bring_up(
    connection: sqlite3.Connection,
    path: Path,
    *,
    version: int,
    zone: ZoneInfo,
    progress: Progress,
    steps: Sequence[MigrationStep] = STEPS,
) -> None:
    """Take the journal at `path` from schema `version` to the newest; the caller holds its lock.

    Raises StorageError, or sqlite3.Error: then the journal is as it was.
    """
    due = [step for step in steps if step.to > version]
    newest = due[-1].to
    _LOG.warning("journal: update from schema %d to %d begins", version, newest)
    keep_copy(connection, path, version, lambda done, total: progress("terminal.copy", done, total))
    doing = ""
    connection.set_progress_handler(lambda: progress(doing, 0, 0), _OPERATIONS)
    try:
        connection.execute("BEGIN IMMEDIATE")
        for step in due:
            doing = step.what
            step.change(connection)
        if any(step.views_again for step in due):
            doing = "terminal.views"
            make_views_again(connection, zone, lambda done, total: progress(doing, done, total))
        doing = "terminal.commit"
        for key, value in ((PROGRAM, __version__), (_UPDATED_AT, last_sequence(connection))):
            connection.execute(SET_META.sql, {"key": key, "value": str(value)})
        connection.execute(f"PRAGMA user_version={newest}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK")
        discard_copies(path)  # the journal itself is what it was
        raise
    finally:
        connection.set_progress_handler(None, 0)
    _LOG.warning("journal: update done, kept as it was: %s", copy_of(path, version).name)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as exc:
        _LOG.warning("journal: the update lies in the -wal file for now: %s", exc)


def end_update(connection: sqlite3.Connection, path: Path) -> None:
    """Remove the copy of before the last update, if a run of this version has ended well since."""
    row = connection.execute(GET_META.sql, {"key": _UPDATED_AT}).fetchone()
    sequence = 0 if row is None else int(row[0])
    last = connection.execute(
        "SELECT type FROM event WHERE sequence > ? ORDER BY sequence DESC LIMIT 1", (sequence,)
    ).fetchone()
    if last is not None and last[0] == AgentStopped.TYPE and discard_copies(path):
        _LOG.info("journal: the copy of before the update is removed")
