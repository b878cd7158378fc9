"""Backup and restore, tested by restoring: SQLite and PostgreSQL, each into each."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from collector.days import LED, quiet_day
from collector.hall_of_doors import Hall
from collector.served_centre import centre_of
from gate_agent.contract.moment import format_utc
from gate_agent.errors import StorageError
from gate_collector.alarms.book import raise_alarm
from gate_collector.ledger.backup import backup, restore
from gate_collector.ledger.verify import verify
from gate_collector.reports.versions import make_due
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role
from gate_collector.store.opening import open_store
from gate_collector.store.schema import METADATA
from postgres import Cluster


def _url(kind: str, cluster: Cluster, file: Path) -> str:
    return f"sqlite:///{file}" if kind == "sqlite" else cluster.database()


def _rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        }


def _work(hall: Hall) -> None:
    quiet_day(hall)
    hall.west.hold("hold-1")
    make_due(centre_of(hall, lambda: LED))
    accounts = Accounts(centre_of(hall))
    accounts.make("王科长", Role.OFFICE, "correct horse battery")
    accounts.sign_on("王科长", "correct horse battery")
    hall.settle()


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_what_is_restored_is_what_was_there(
    source: str, target: str, cluster: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "backup.gz"
    with Hall(_url(source, cluster, tmp_path / "a.sqlite")) as hall:
        _work(hall)
        before = _rows(hall.engine)
        proved = list(verify(hall.engine, "west-1f"))
        written = backup(hall.engine, file)
    engine = open_store(_url(target, cluster, tmp_path / "b.sqlite"))
    try:
        assert restore(engine, file) == written
        assert _rows(engine) == before | {"session": 0}
        assert list(verify(engine, "west-1f")) == proved
        with engine.begin() as connection:
            raise_alarm(connection, "silent", "west-1f", "goes on", format_utc(hall.clock.utc))
    finally:
        engine.dispose()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_cut_backup_fills_nothing(tmp_path: Path) -> None:
    file, cut = tmp_path / "backup.gz", tmp_path / "cut.gz"
    with Hall(f"sqlite:///{tmp_path / 'a.sqlite'}") as hall:
        _work(hall)
        backup(hall.engine, file)
        with pytest.raises(StorageError, match="expected an empty store"):
            restore(hall.engine, file)
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    engine = open_store(f"sqlite:///{tmp_path / 'b.sqlite'}")
    try:
        for content in (
            gzip.compress(b"".join(lines[:-1])),
            gzip.compress(b"".join([*lines[:5], *lines[6:]])),
            file.read_bytes()[:-40],
            b"no backup at all",
        ):
            cut.write_bytes(content)
            with pytest.raises(StorageError, match="expected"):
                restore(engine, cut)
            assert sum(_rows(engine).values()) == 0
    finally:
        engine.dispose()


def test_an_older_backup_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "backup.gz"
    with Hall(f"sqlite:///{tmp_path / 'a.sqlite'}") as hall:
        backup(hall.engine, file)
        with pytest.raises(StorageError, match="File exists"):
            backup(hall.engine, file)
