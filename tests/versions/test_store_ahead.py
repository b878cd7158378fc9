"""A store or a backup of a later version says what to install, and is left as it was."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gate_agent.errors import StorageError
from gate_collector.ledger.backup import restore
from gate_collector.store.migrations import StoreAhead
from gate_collector.store.opening import migrate_store, open_store
from postgres import Cluster
from versions.old_stores import revision


def quiet(_said: str) -> None:
    """Hear nothing."""


def test_a_later_store_says_what_to_install_and_stays_as_it_is(store: str) -> None:
    open_store(store).dispose()
    later = create_engine(store)
    with later.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
        connection.execute(text("INSERT INTO migration VALUES ('0999', '7.1.0', '')"))
    expected = r"got 0999: gate-collector 7\.1\.0 made it.* install that version"

    for opening in (lambda: open_store(store), lambda: migrate_store(store, quiet)):
        with pytest.raises(StoreAhead, match=expected):
            opening()

    assert revision(store) == "0999"
    later.dispose()


def test_a_later_versions_table_of_migrations_need_not_be_ours(store: str) -> None:
    open_store(store).dispose()
    later = create_engine(store)
    with later.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
        connection.execute(text("DROP TABLE migration"))
    later.dispose()

    with pytest.raises(StoreAhead, match="gate-collector of another version made it"):
        open_store(store)


def test_one_that_works_on_finds_out_when_its_store_was_changed(cluster: Cluster) -> None:
    url = cluster.database()
    engine = open_store(url)
    engine.dispose()  # its connections are lost, as at a server's restart
    other = create_engine(url)
    with other.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    other.dispose()

    with pytest.raises(StoreAhead, match="start anew"):
        engine.connect()
    engine.dispose()
    cluster.drop(url)


def test_a_backup_of_a_later_version_says_what_to_install(store: str, tmp_path: Path) -> None:
    file = tmp_path / "later"
    head = {"format": "gate-collector-backup/1", "revision": "0999", "program": "7.1.0"}
    file.write_bytes(gzip.compress(json.dumps(head).encode()))
    engine = open_store(store)

    with pytest.raises(StorageError, match=r"got 0999: gate-collector 7\.1\.0 made it; install"):
        restore(engine, file)
    engine.dispose()
