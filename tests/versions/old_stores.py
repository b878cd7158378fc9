"""Stores of the centre that earlier versions left, unpacked into either database."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text

from doorfiles import write_collector
from gate_collector.ledger.verify import gates, verify
from gate_collector.store.revisions.versions.r0001_baseline import TABLES
from postgres import Cluster

FILES = Path(__file__).parent / "stores"
NAMES = sorted(path.name[6:-10] for path in FILES.glob("store-*.sqlite.gz"))
KINDS = ("sqlite", "postgresql")
Rows = dict[str, list[tuple[Any, ...]]]


def unpacked(name: str, kind: str, folder: Path, cluster: Cluster) -> str:
    """Put the store of version `name` into a database of this kind; return its URL."""
    if kind == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "collector.sqlite"
        path.write_bytes(gzip.decompress((FILES / f"store-{name}.sqlite.gz").read_bytes()))
        return f"sqlite:///{path}"
    url = cluster.database()
    dump = gzip.decompress((FILES / f"store-{name}.sql.gz").read_bytes())
    psql = ("psql", "--quiet", "--set=ON_ERROR_STOP=1", url.replace("+psycopg", ""))
    done = subprocess.run(psql, input=dump, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return url


def configured(url: str, folder: Path, **web: object) -> Path:
    """Return the configuration of a collector with this store."""
    return write_collector(folder, {"store": {"url": url}, "web": {"port": 1, **web}})


def rows(url: str, tables: Iterable[str] = tuple(TABLES.tables)) -> Rows:
    """Return every row of every table of the first schema, in the columns it had."""
    engine = create_engine(url)
    found: Rows = {}
    try:
        with engine.connect() as connection:
            for name in tables:
                table = TABLES.tables[name]
                chosen = table.select().order_by(*table.primary_key)
                found[name] = [tuple(row) for row in connection.execute(chosen)]
    finally:
        engine.dispose()
    return found


def revision(url: str) -> str | None:
    """Return the revision that the store names; None where it names none."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
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
