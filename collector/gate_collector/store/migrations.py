"""Brings a store of an earlier version to this one's tables (升级): Alembic, in one transaction.

Forward only. Whoever has the store open keeps it from being changed: on SQLite the lock beside the
file, on PostgreSQL an advisory lock that each of our connections holds as long as it lives. A
program from before that lock is found among the sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, inspect, select, text

from gate_agent import __version__
from gate_agent.contract.moment import format_utc
from gate_agent.errors import StorageError
from gate_agent.host.clock import SystemClock
from gate_agent.words import both
from gate_collector.store import schema_office  # noqa: F401 its tables are of METADATA, too
from gate_collector.store.dialect import PROGRAM, alone, begin_writing
from gate_collector.store.months import make_event
from gate_collector.store.schema import (
    ABOUT,
    HEAD,
    METADATA,
    MIGRATION,
    REVISION,
    REVISIONS,
    STREAM,
    VIEWS_OF,
)

FOLDER = Path(__file__).with_name("revisions")
_BASELINE = REVISIONS[0]
_IN_USE = 0x67617466  # "gatf": a number for PostgreSQL's advisory locks
_FREE_WITHIN_S = 5  # how long others may take to let go: a command that ends by itself
_TABLE_WITHIN_S = 60  # no session of ours is there: only somebody's own can hold a table
_VIEWS = "views-"  # beside the revisions of the tables: how what stands in them was made
_OF_VIEWS = select(MIGRATION.c.revision).where(MIGRATION.c.revision.startswith(_VIEWS))
Say = Callable[[str], None]

_HOLDERS = text(
    "SELECT a.pid, a.application_name, host(a.client_addr) AS address FROM pg_stat_activity a"
    " JOIN pg_locks l ON l.pid = a.pid WHERE l.locktype = 'advisory' AND l.granted"
    " AND l.classid = 0 AND l.objid = :number AND l.objsubid = 1 AND a.pid <> pg_backend_pid()"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
# Of another role's session PostgreSQL tells only whose it is: whoever may write is named.
_STRANGERS = text(
    "SELECT pid, coalesce(application_name, 'role ' || usename) AS application_name,"
    " host(client_addr) AS address FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
    " AND coalesce(application_name, '') NOT LIKE :ours"
    " AND has_table_privilege(usesysid, CAST(:table AS text), 'INSERT')"
)
_OWNERS = text(
    "SELECT tableowner, current_user AS ours FROM pg_tables WHERE schemaname = current_schema()"
    " AND tablename = :table AND tableowner <> current_user"
)


class StoreInUse(StorageError):  # noqa: N818 named after what is so
    """Somebody else has the store open; nothing was changed."""


class StoreBehind(StorageError):  # noqa: N818 as above
    """An earlier version made the store; it is to be brought up first."""


class StoreAhead(StorageError):  # noqa: N818 as above
    """A later version made the store; install that one."""


def found_revision(connection: Connection) -> str | None:
    """Return the revision of a store, one of REVISIONS; None where there are no tables of ours.

    Raises StoreAhead for a later one, StorageError for tables that are none of ours.
    """
    there = set(inspect(connection).get_table_names())
    if REVISION.name in there:
        revisions = list(connection.execute(select(REVISION.c.version_num)).scalars())
        if len(revisions) == 1 and revisions[0] in REVISIONS:
            return str(revisions[0])
        raise StoreAhead(
            f"expected a store of revision {HEAD} or before, got {', '.join(revisions) or 'none'}: "
            f"gate-collector {_program(connection, there)} made it, this is {__version__}; "
            "install that version or a newer one"
        )
    if not there & set(METADATA.tables):
        return None
    from gate_collector.store.revisions.versions import r0001_baseline  # noqa: PLC0415 see upgrade

    expect_columns(connection, r0001_baseline.TABLES)
    return _BASELINE


def expect_columns(connection: Connection, *expected: MetaData) -> None:
    """Raise StorageError for tables that another version made: now, not at the first event."""
    tables = {n: table for one in expected or (METADATA, ABOUT) for n, table in one.tables.items()}
    there = {
        name: {column["name"] for column in columns}
        for (_, name), columns in inspect(connection).get_multi_columns().items()
    }
    lacks = [
        f"{name} without {', '.join(missing)}"
        for name, table in tables.items()
        if name in there and (missing := sorted(set(table.c.keys()) - there[name]))
    ]
    if lacks := [*lacks, *(f"no {name}" for name in tables if name not in there)]:
        raise StorageError(
            f"expected the tables of this version, got {'; '.join(lacks)}: another version made "
            "this store; install that one"
        )


def make_tables(engine: Engine) -> None:
    """Make the tables of this version, where there are none."""
    with engine.begin() as connection:
        begin_writing(connection)
        alone(connection)
        if found_revision(connection) is not None:
            return  # another process was quicker
        if connection.dialect.name == "postgresql":
            make_event(connection)
        for tables in (METADATA, ABOUT):
            tables.create_all(connection)
        connection.execute(REVISION.insert().values(version_num=HEAD))
        _note(connection, HEAD)
        note_views(connection)


def bring_up(connection: Connection, say: Say) -> None:
    """Take a store from its revision to the newest, in this transaction, whole or not at all.

    Raises StoreInUse, StoreAhead.
    """
    if found_revision(connection) in (None, HEAD):
        return  # whoever works with it need not be disturbed
    begin_writing(connection)
    _expect_the_owner(connection)
    _nobody_else(connection)
    alone(connection)
    revision = found_revision(connection)
    if revision in (None, HEAD):
        return  # another process was quicker
    say(f"store: {both('terminal.update')} from revision {revision} to {HEAD} begins")
    if not inspect(connection).has_table(REVISION.name):
        from gate_collector.store.revisions.versions import r0001_baseline  # noqa: PLC0415

        r0001_baseline.adopt(connection)
        REVISION.create(connection)
        connection.execute(REVISION.insert().values(version_num=revision))
    with _views_aside(connection):
        upgrade(connection, HEAD)
    expect_columns(connection)


@contextmanager
def _views_aside(connection: Connection) -> Iterator[None]:
    """Take somebody's own views and triggers away while tables are made anew, and put them back.

    SQLite copies a table to change it, and refuses that while a view names it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    theirs = connection.execute(
        text("SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
    ).all()
    quoted = connection.dialect.identifier_preparer.quote
    for one in theirs:
        connection.exec_driver_sql(f"DROP {one.type} {quoted(one.name)}")
    yield
    for one in theirs:
        connection.exec_driver_sql(one.sql)


def upgrade(connection: Connection, to: str, *, folder: Path = FOLDER) -> None:
    """Run Alembic's scripts in `folder` up to revision `to`, in this transaction."""
    from alembic import command  # noqa: PLC0415 a store that is up to date is opened without it
    from alembic.config import Config  # noqa: PLC0415 as above

    def applied(*, step: Any, **_: object) -> None:
        if inspect(connection).has_table(MIGRATION.name):
            _note(connection, step.up_revision_id)

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes.update(connection=connection, on_applied=applied)
    command.upgrade(config, to)


def hold_open(raw: Any, _record: object) -> None:
    """Let nobody change the tables as long as this connection lives (PostgreSQL)."""
    with raw.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", (_IN_USE,))
    raw.commit()


def still_ours(raw: Any, _record: object) -> None:
    """Raise StoreAhead where another version changed the tables since (PostgreSQL)."""
    with raw.cursor() as cursor:
        revisions = cursor.execute(f"SELECT version_num FROM {REVISION.name}").fetchall()  # noqa: S608 our own table
    raw.commit()
    if revisions != [(HEAD,)]:
        raise StoreAhead(f"expected the store at revision {HEAD}, got {revisions}: start anew")


def are_views_ours(connection: Connection) -> bool:
    """Whether the views were made as this version makes them, or a later one."""
    noted = connection.execute(_OF_VIEWS).scalars()
    return any(int(one.removeprefix(_VIEWS)) >= VIEWS_OF for one in noted)


def note_views(connection: Connection) -> None:
    """Note that the views are as this version makes them."""
    forget_views(connection)
    _note(connection, f"{_VIEWS}{VIEWS_OF}")


def forget_views(connection: Connection) -> None:
    """Note that nobody knows which version made the views: they were restored."""
    connection.execute(MIGRATION.delete().where(MIGRATION.c.revision.startswith(_VIEWS)))


def _note(connection: Connection, revision: str) -> None:
    at = format_utc(SystemClock().now().utc)
    row = {"revision": revision, "program": __version__, "at": at}
    connection.execute(MIGRATION.insert().values(row))


def _program(connection: Connection, there: Iterable[str]) -> str:
    """Return which version of the program made the newest revision, as far as it is noted."""
    if MIGRATION.name not in there:
        return "of another version"
    of_tables = MIGRATION.c.revision.not_like(f"{_VIEWS}%")
    noted = (
        select(MIGRATION.c.program).where(of_tables).order_by(MIGRATION.c.revision.desc()).limit(1)
    )
    return connection.execute(noted).scalar() or "of another version"


def _expect_the_owner(connection: Connection) -> None:
    """Raise StorageError for another role: what it makes, the owner could not read (PostgreSQL)."""
    if connection.dialect.name != "postgresql":
        return
    other = connection.execute(_OWNERS, {"table": STREAM.name}).first()
    if other is not None:
        expected = f"expected the role that owns the tables, {other.tableowner}"
        raise StorageError(f"{expected}, got {other.ours}")


def _nobody_else(connection: Connection) -> None:
    """Hold the store for this transaction alone. Raises StoreInUse (PostgreSQL)."""
    if connection.dialect.name != "postgresql":
        return  # the caller holds the lock beside the file
    connection.execute(text(f"SET LOCAL lock_timeout = '{_FREE_WITHIN_S}s'"))
    before = connection.begin_nested()
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _IN_USE})
        before.commit()
    except Exception:
        before.rollback()
        _refuse(connection.execute(_HOLDERS, {"number": _IN_USE}).all())
        raise
    strangers = {"ours": f"{PROGRAM}%", "table": STREAM.name}
    _refuse(connection.execute(_STRANGERS, strangers).all())
    connection.execute(text(f"SET LOCAL lock_timeout = '{_TABLE_WITHIN_S}s'"))


def _refuse(sessions: Iterable[Any]) -> None:
    others = [
        f"{one.application_name or 'a program without a name'} at {one.address or 'this machine'}"
        f" (process {one.pid})"
        for one in sessions
    ]
    if others:
        raise StoreInUse(f"expected nobody else at the store, got: {', '.join(others)}")
