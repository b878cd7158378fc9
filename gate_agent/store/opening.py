"""Opens a journal's file: whose it is, which version wrote it, who holds it. Typed refusals.

Reading it takes the same few rows however long the journal is.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gate_agent import __version__
from gate_agent.contract.messages import LINK_0, Receipt, parse_receipt
from gate_agent.errors import StorageError
from gate_agent.host.files import sync_folder, who_has_open
from gate_agent.store.errors import (
    JournalForeign,
    JournalInUse,
    JournalLocked,
    NotAJournal,
    OlderSchema,
    OtherSchema,
)
from gate_agent.store.migrations import (
    PROGRAM,
    STEPS,
    MigrationStep,
    Progress,
    bring_up,
    end_update,
)
from gate_agent.store.replay import make_views_again
from gate_agent.store.schema import (
    APPLICATION_ID,
    EVENT,
    FILE_HEADER,
    GET_META,
    META,
    SET_META,
    VERSION,
    compiled,
    create_statements,
)
from gate_agent.store.wal import make_room

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NO_DATABASE = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_LARGEST_IDLE_WAL = 16 * 1024 * 1024  # bytes kept after a burst

_ALL_META = compiled(select(META.c.key, META.c.value))
_HEAD = compiled(select(EVENT.c.sequence, EVENT.c.link).order_by(EVENT.c.sequence.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Head:
    """The newest committed event: sequence 0 and 32 zero bytes while there is none."""

    epoch: str
    sequence: int
    link: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose journal this is. `epoch` was made with it: a new card is a new epoch."""

    site: str
    gate: str
    epoch: str
    zone: str


@contextmanager
def typed_errors(path: Path, on_damage: Callable[[str], None] | None = None) -> Iterator[None]:
    """Turn what the database refuses into the error that says what to do; tell of damage."""
    try:
        yield
    except sqlite3.Error as exc:
        code = (getattr(exc, "sqlite_errorcode", 0) or 0) & 0xFF  # without the extended part
        if code in _BUSY:
            who = f": {others}" if (others := who_has_open(path)) else ""
            raise JournalLocked(
                f"{path}: expected it free, got: locked by another program{who}: stop it, then "
                "start this one again"
            ) from exc
        if code in _NO_DATABASE:
            if on_damage is not None:
                on_damage(str(exc))
            raise NotAJournal(f"{path}: expected a journal, got: {exc}") from exc
        if code == sqlite3.SQLITE_FULL:
            raise StorageError(
                f"{path}: expected room on its disk, got: the disk is full: make room, then start "
                "again; the journal is as it was"
            ) from exc
        raise StorageError(f"{path}: expected to open it, got: {exc}") from exc
    except UnicodeDecodeError as exc:  # of a name in the file, quoted in SQLite's own message
        raise NotAJournal(f"{path}: expected a journal, got text that is none") from exc


def take_lock(path: Path) -> int:
    """Return the descriptor that holds this journal until it is closed. Raises JournalInUse."""
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise StorageError(f"{lock}: expected to write it, got: {exc.strerror}") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "another"
        os.close(descriptor)
        raise JournalInUse(f"{path}: expected it free, got: held by process {holder}") from exc
    with suppress(OSError):  # a full disk has no room for a name; the lock is ours all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
    return descriptor


def open_for_writing(
    path: Path,
    *,
    site: str,
    gate: str,
    zone: str,
    busy_wait_s: float,
    progress: Progress,
    steps: Sequence[MigrationStep] = STEPS,
) -> tuple[sqlite3.Connection, About]:
    """Return the one connection that writes and checkpoints; the journal is made if missing.

    One of an older schema is brought up to this one. The caller holds the lock. A file that is
    another's is left as it was.
    """
    made = _make_file(path)
    with typed_errors(path):
        connection = sqlite3.connect(
            path, timeout=busy_wait_s, isolation_level=None, check_same_thread=False
        )
        try:
            version = _version(connection, path)
            if version is None:
                _create(connection, site=site, gate=gate, zone=zone)
            about = read_about(connection, path)
            if (about.site, about.gate) != (site, gate):
                expected = f"the journal of {site}/{gate}"
                raise JournalForeign(f"{path}: expected {expected}, got {about.site}/{about.gate}")  # noqa: TRY301
            _set_up(connection, path)
            if version is not None and version < VERSION:
                days = ZoneInfo(zone)
                bring_up(
                    connection, path, version=version, zone=days, progress=progress, steps=steps
                )
            else:
                end_update(connection, path)
            about = _move_to(connection, about, zone, progress)
            make_room(connection)
        except BaseException:
            connection.close()
            raise
    if made:
        sync_folder(path.parent)
    return connection, about


def _move_to(connection: sqlite3.Connection, about: About, zone: str, progress: Progress) -> About:
    """Let the journal's days begin where `zone` has midnight: the views are made again."""
    connection.execute("BEGIN IMMEDIATE")  # that nobody lets us write shows now, not at a person
    try:
        if about.zone != zone:
            connection.execute(SET_META.sql, {"key": "zone", "value": zone})
            make_views_again(
                connection,
                ZoneInfo(zone),
                lambda done, total: progress("terminal.views", done, total),
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return replace(about, zone=zone)


def open_for_reading(path: Path, *, older: bool = False) -> tuple[sqlite3.Connection, About]:
    """Return a connection that can neither write nor checkpoint. Raises as for writing.

    An older schema is refused, unless whoever reads can do with what is there.
    """
    if not path.is_file():
        raise NotAJournal(f"{path}: expected a journal, got: no such file")
    with typed_errors(path):
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro",
            uri=True,
            timeout=1,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA query_only=ON")
            version = _version(connection, path)
            if version is None:
                raise NotAJournal(f"{path}: expected a journal, got an empty database")  # noqa: TRY301
            if version < VERSION and not older:
                raise OlderSchema(  # noqa: TRY301
                    f"{path}: expected schema version {VERSION}, got {version}: "
                    "the daemon brings it up when it starts"
                )
            return connection, read_about(connection, path)
        except BaseException:
            connection.close()
            raise


def read_about(connection: sqlite3.Connection, path: Path) -> About:
    """Return whose journal this is."""
    meta: dict[str, str] = dict(connection.execute(_ALL_META.sql).fetchall())
    try:
        return About(**{name: meta[name] for name in ("site", "gate", "epoch", "zone")})
    except KeyError as exc:
        raise NotAJournal(f"{path}: expected its {exc.args[0]} in meta, got none") from exc


def read_head(connection: sqlite3.Connection, epoch: str) -> Head:
    """Return the newest event's number and link."""
    row = connection.execute(_HEAD.sql, _HEAD.values()).fetchone()
    return Head(epoch, 0, LINK_0) if row is None else Head(epoch, row[0], row[1])


def read_receipt(connection: sqlite3.Connection) -> Receipt | None:
    """Return the newest receipt that was saved."""
    row = connection.execute(GET_META.sql, {"key": "receipt"}).fetchone()
    return None if row is None else parse_receipt(row[0].encode())


def _make_file(path: Path) -> bool:
    """Make an empty file that only its owner reads; SQLite gives -wal and -shm the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        _check_header(path)
        return False
    except OSError as exc:
        raise StorageError(f"{path}: expected to make it, got: {exc.strerror}") from exc
    return True


def _check_header(path: Path) -> None:
    """Raise NotAJournal for another kind of file. Never beside an open connection of ours.

    Closing any descriptor of a file gives up all of a process's POSIX locks on it; the next
    program that closes the database would then take its write-ahead file away (howtocorrupt.html
    §2.2), and with it what was durable.
    """
    try:
        with path.open("rb") as file:
            header = file.read(len(FILE_HEADER))
    except OSError as exc:
        raise StorageError(f"{path}: expected to read it, got: {exc.strerror}") from exc
    if header and header != FILE_HEADER:
        raise NotAJournal(f"{path}: expected a SQLite file, got another kind")


def _version(connection: sqlite3.Connection, path: Path) -> int | None:
    """Return a journal's schema; None for a database that is still empty.

    Raises NotAJournal, and OtherSchema for one that this program does not know.
    """
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    with closing(connection.execute("SELECT count(*) FROM sqlite_schema")) as rows:
        empty = rows.fetchone()[0] == 0
    if application == 0 and version == 0 and empty:
        return None
    if application != APPLICATION_ID:
        expected = f"application id {APPLICATION_ID:#x}"
        raise NotAJournal(f"{path}: expected {expected}, got {application:#x}")
    if not 1 <= version <= VERSION:
        raise OtherSchema(
            f"{path}: expected schema version {VERSION}, got {version}: gate-agent "
            f"{_program(connection)} wrote it, this is {__version__}; install that or a newer one"
        )
    return version


def _program(connection: sqlite3.Connection) -> str:
    """Return which version of the program made this schema, as far as it says so."""
    with suppress(sqlite3.Error):  # a schema that we do not know
        for (program,) in connection.execute(GET_META.sql, {"key": PROGRAM}):
            return str(program)
    return "of another version"


def _create(connection: sqlite3.Connection, *, site: str, gate: str, zone: str) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in create_statements():
        connection.execute(statement)
    about = {"site": site, "gate": gate, "zone": zone, "epoch": secrets.token_hex(16)}
    for key, value in (about | {PROGRAM: __version__}).items():
        connection.execute(SET_META.sql, {"key": key, "value": value})
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(f"{path}: expected write-ahead logging, got {mode}")
    connection.execute("PRAGMA synchronous=FULL")  # NORMAL loses commits at a power cut
    connection.execute("PRAGMA wal_autocheckpoint=0")  # `Ledger.checkpoint`, when nobody waits
    connection.execute(f"PRAGMA journal_size_limit={_LARGEST_IDLE_WAL}")
    connection.execute("PRAGMA secure_delete=ON")  # what is redacted is gone from the file
    connection.execute("PRAGMA trusted_schema=OFF")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
