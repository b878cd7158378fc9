"""Stores of the centre that earlier versions left, unpacked into either database."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, inspect, text

from children import wait_until
from doorfiles import write_collector
from gate_collector.ledger.verify import gates, verify
from gate_collector.store.schema import MIGRATION, REVISION, REVISIONS, SECRET
from postgres import Cluster, name_of
from versions.released import FIRST, KEPT

FILES = Path(__file__).parent / "stores"
KINDS = ("sqlite", "postgresql")
ITS_OWN = {SECRET.name}  # what no backup carries
Rows = dict[str, list[tuple[Any, ...]]]
_LOADED: dict[tuple[Cluster, str], str] = {}  # databases to be copied


@dataclass(frozen=True, slots=True, kw_only=True)
class OldStore:
    """A store as version `name` left it, in a database of one kind."""

    name: str
    kind: str
    url: str

    @property
    def due(self) -> tuple[str, ...]:
        """The revisions to which it is brought up."""
        return REVISIONS[REVISIONS.index(KEPT[self.name].store) + 1 :]

    @property
    def rows(self) -> Rows:
        """What is in it now, as far as version `name` kept it."""
        return rows(self.url, self.name)


def unpacked(name: str, kind: str, folder: Path, cluster: Cluster) -> str:
    """Put the store of version `name` into a database of this kind; return its URL."""
    if kind == "sqlite":
        return _file(name, folder)
    if (cluster, name) not in _LOADED:
        database = name_of(_loaded(name, cluster))
        here = f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'"  # noqa: S608 ours
        wait_until(lambda: not cluster.asked(here), "psql's session to end: nobody may be there")
        _LOADED[cluster, name] = database
    return cluster.database(_LOADED[cluster, name])


def _file(name: str, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "collector.sqlite"
    path.write_bytes(gzip.decompress((FILES / f"store-{name}.sqlite.gz").read_bytes()))
    return f"sqlite:///{path}"


def _loaded(name: str, cluster: Cluster) -> str:
    url = cluster.database()
    dump = gzip.decompress((FILES / f"store-{name}.sql.gz").read_bytes())
    psql = ("psql", "--quiet", "--set=ON_ERROR_STOP=1", url.replace("+psycopg", ""))
    done = subprocess.run(psql, input=dump, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return url


def configured(url: str, folder: Path, **web: object) -> Path:
    """Return the configuration of a collector with this store."""
    return write_collector(folder, {"store": {"url": url}, "web": {"port": 1, **web}})


@cache
def tables_of(name: str) -> MetaData:
    """Return the tables that version `name` made, without those that say how it was brought up."""
    tables = MetaData()
    with TemporaryDirectory() as folder:
        engine = create_engine(_file(name, Path(folder)))
        tables.reflect(engine)
        engine.dispose()
    for about in (REVISION, MIGRATION):
        if about.name in tables.tables:
            tables.remove(tables.tables[about.name])
    return tables


def rows(url: str, name: str = FIRST, *, but: Collection[str] = ()) -> Rows:
    """Return every row of every table that version `name` made, in the columns it had."""
    engine = create_engine(url)
    found: Rows = {}
    try:
        with engine.connect() as connection:
            for table in tables_of(name).sorted_tables:
                if table.name not in but:
                    chosen = table.select().order_by(*table.primary_key)
                    found[table.name] = [tuple(row) for row in connection.execute(chosen)]
    finally:
        engine.dispose()
    return found


def noted(url: str) -> list[tuple[str, str]]:
    """Return which program made which revision, as far as a store says so."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(MIGRATION.name):
                return []
            made = text("SELECT revision, program FROM migration ORDER BY revision")
            return [(row.revision, row.program) for row in connection.execute(made)]
    finally:
        engine.dispose()


def revision(url: str) -> str | None:
    """Return the revision that the store names; None where it names none."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(REVISION.name):
                return None
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())
    finally:
        engine.dispose()


def proven(engine: Engine) -> dict[str, list[str]]:
    """Return what `verify` says of each gate."""
    return {gate: list(verify(engine, gate)) for gate in gates(engine)}


def schema(url: str) -> dict[str, object]:
    """Return how each table, column and index is made; a month of events is not told apart."""
    engine = create_engine(url)
    found: dict[str, object] = {}
    try:
        inspector = inspect(engine)
        for name in inspector.get_table_names():
            if name.startswith("event_"):
                continue
            columns = {
                one["name"]: (str(one["type"]), one["nullable"], one["default"])
                for one in inspector.get_columns(name)
            }
            indexes = {one["name"]: _words(one) for one in inspector.get_indexes(name)}
            unique = {
                one["name"]: one["column_names"] for one in inspector.get_unique_constraints(name)
            }
            found[name] = (columns, inspector.get_pk_constraint(name), indexes, unique)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                made = text("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
                for name, sql in connection.execute(made):
                    made_anew = sql.replace(f'"{name}"', name)  # SQLite quotes what it renames
                    found[f"{name} as it was made"] = " ".join(made_anew.split())
    finally:
        engine.dispose()
    return found


def _words(told: object) -> object:
    """Return what an inspector says, as values that compare."""
    if isinstance(told, dict):
        return {name: _words(value) for name, value in told.items()}
    return [_words(value) for value in told] if isinstance(told, list) else str(told)


def months(url: str) -> dict[str, set[str]]:
    """Return the indexes of each month's table, without their names (PostgreSQL)."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            made = connection.execute(
                text("SELECT tablename, indexdef FROM pg_indexes WHERE tablename LIKE 'event_%'")
            )
            found: dict[str, set[str]] = {}
            for name, definition in made:
                found.setdefault(name, set()).add(definition.partition(" USING ")[2])
            return found
    finally:
        engine.dispose()
