"""A store of every earlier version is brought up with all it held, or refused; both databases."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, event, func, inspect, select, text

from children import Child, free_port, program, wait_until
from cli.commands import command
from collector.recorded_gates import Gate
from collector.running_centre import Centre
from doorfiles import write_collector
from gate_agent import __version__
from gate_collector.ledger.backup import backup, restore
from gate_collector.store.dialect import begin_writing
from gate_collector.store.migrations import (
    FOLDER,
    StoreBehind,
    StoreInUse,
    hold_open,
    upgrade,
)
from gate_collector.store.opening import migrate_store, open_store
from gate_collector.store.place import sole_writer
from gate_collector.store.schema import ABOUT, HEAD, METADATA, REVISIONS
from postgres import Cluster
from tree import ROOT
from versions.old_stores import (
    FILES,
    ITS_OWN,
    KINDS,
    OldStore,
    configured,
    months,
    noted,
    proven,
    revision,
    rows,
    schema,
    unpacked,
)
from versions.released import FIRST, KEPT

LATER = """
revision, down_revision = "later", "{head}"
branch_labels = depends_on = None

import sqlalchemy as sa
from alembic import op

def upgrade():
    with op.batch_alter_table("passage") as passage:
        passage.alter_column("category", new_column_name="kind", existing_type=sa.Text)
        passage.add_column(sa.Column("lane", sa.Integer, nullable=False, server_default="1"))
    op.add_column("event", sa.Column("lane", sa.Integer))
    op.get_bind().execute(sa.text("UPDATE event SET lane = 2 WHERE severity = 'urgent'"))
"""


def _each(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the stores of these versions, each in either database."""
    return [(name, kind) for name in names for kind in KINDS]


every_store = pytest.mark.parametrize("old", _each(KEPT), ids="-".join, indirect=True)
first_store = pytest.mark.parametrize("old", _each([FIRST]), ids="-".join, indirect=True)


@pytest.fixture
def old(request: pytest.FixtureRequest, tmp_path: Path, cluster: Cluster) -> Iterator[OldStore]:
    """A store of an earlier version."""
    name, kind = request.param
    store = OldStore(name=name, kind=kind, url=unpacked(name, kind, tmp_path, cluster))
    yield store
    if kind == "postgresql":
        cluster.drop(store.url)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster, tables: str) -> dict[str, str]:
    """A new store of each kind: its URL."""
    folder = tmp_path_factory.mktemp("new")
    urls = {
        "sqlite": f"sqlite:///{folder / 'collector.sqlite'}",
        "postgresql": cluster.database(tables),
    }
    open_store(urls["sqlite"]).dispose()
    return urls


def quiet(_said: str) -> None:
    return


@every_store
def test_nothing_is_lost_and_nothing_is_changed(old: OldStore) -> None:
    before, was = old.rows, noted(old.url)
    assert all(before.values()), "expected rows in every table"
    assert (revision(old.url) or REVISIONS[0]) == KEPT[old.name].store
    said: list[str] = []

    migrate_store(old.url, said.append)
    migrate_store(old.url, said.append)

    engine = open_store(old.url)
    assert noted(old.url) == [*was, *((due, __version__) for due in old.due)]
    assert (revision(old.url), old.rows) == (HEAD, before)
    begins = f"store: update 升级 from revision {KEPT[old.name].store} to {HEAD} begins"
    assert said == ([begins] if old.due else []), "one at the head is left as it is"
    proofs = {gate: [line.split()[3] for line in lines] for gate, lines in proven(engine).items()}
    counts = Counter(row[0] for row in before["event"])
    assert proofs == {gate: [str(count)] for gate, count in counts.items()}
    engine.dispose()


@every_store
def test_it_is_made_as_a_new_one_is(old: OldStore, made: dict[str, str]) -> None:
    migrate_store(old.url, quiet)

    assert schema(old.url) == schema(made[old.kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_one_is_made_as_the_models_say(kind: str, made: dict[str, str]) -> None:
    engine = create_engine(made[kind])
    with engine.connect() as connection:
        expected = MetaData()
        for table in (*METADATA.sorted_tables, *ABOUT.sorted_tables):
            table.to_metadata(expected)
        differs = [
            one
            for one in compare_metadata(MigrationContext.configure(connection), expected)
            if "event_" not in str(one)  # the months' own tables, which no model names
        ]
    engine.dispose()

    assert differs == []


def test_revisions_are_one_line_to_the_head_and_name_the_constants() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)

    assert scripts.get_heads() == [HEAD]
    assert [one.revision for one in scripts.walk_revisions()] == list(reversed(REVISIONS))
    assert set(ABOUT.tables) == {"alembic_version", "migration", "secret"}


@every_store
def test_the_centre_works_on_it_and_the_next_months_are_like_the_first(old: OldStore) -> None:
    migrate_store(old.url, quiet)
    engine = open_store(old.url)
    with Centre(engine) as centre:
        centre.clock.advance(100 * 86_400)
        gate = Gate("north-3f")
        centre.take(*gate.passages(3))
        assert centre.receipt.upto == 3
    engine.dispose()

    if old.kind == "postgresql":
        indexes = months(old.url)
        assert len(indexes) == 4
        assert len({frozenset(found) for found in indexes.values()}) == 1, indexes
        assert any("gate.person.registered.v1" in one for one in indexes["event_2027_03"])


@first_store
def test_what_is_due_is_found_by_its_index(old: OldStore) -> None:
    migrate_store(old.url, quiet)
    engine = open_store(old.url)
    asked = (
        "SELECT count(*), min(stored) FROM event WHERE type = 'gate.person.registered.v1' AND body"
        " IS NOT NULL AND stored < '2026-11-25'"
    )
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
            plan = [row[0] for row in connection.execute(text(f"EXPLAIN {asked}"))]
            assert "stored_idx1" in "\n".join(plan)
        else:
            plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
            assert "event_sealed" in "\n".join(plan)
    engine.dispose()


@first_store
def test_a_command_is_told_how_exactly_and_then_works(old: OldStore, tmp_path: Path) -> None:
    before = old.rows
    config = configured(old.url, tmp_path)

    refused = command("gate-collector", "verify", "--config", config)
    checked = command("gate-collector", "check", "--config", config)
    with pytest.raises(StoreBehind):
        open_store(old.url)
    assert (refused.code, checked.code, revision(old.url)) == (1, 0, None)
    assert refused.err.endswith(f": gate-collector migrate --config {config}\n")
    assert "warning 注意: expected a store of revision" in checked.out
    if old.kind == "postgresql":  # the manager starts it again, until the collector has done it
        sharing = write_collector(
            tmp_path / "b1", {"store": {"url": old.url}, "ingest": {"workers": 1}}
        )
        worker = command("gate-collector", "work", "--config", sharing)
        assert (worker.code, revision(old.url)) == (1, None)
        assert worker.err.endswith(f"gate-collector migrate --config {sharing}\n")

    moved = command("gate-collector", "migrate", "--config", config)
    again = command("gate-collector", "migrate", "--config", config)
    verified = command("gate-collector", "verify", "--config", config)
    assert (moved.code, again.code, verified.code) == (0, 0, 0), moved.err
    assert f"revision {HEAD}" in again.out
    assert old.rows == before


@first_store
def test_a_real_collector_starts_on_it(old: OldStore, tmp_path: Path) -> None:
    port = free_port()
    config = configured(old.url, tmp_path, port=port)
    running = Child(tmp_path / "log", program("gate-collector"), "run", "--config", config)

    with running.start():
        wait_until(lambda: "collecting for" in running.said, "the collector")
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", "/api/v1/overview")
            gates = json.loads(connection.getresponse().read())["gates"]
        assert running.stop() == 0

    assert running.said.count("update 升级 from revision") == 1
    assert {gate["gate"]: gate["events"] for gate in gates} == {"central-2f": 83, "west-1f": 51}
    assert revision(old.url) == HEAD


@first_store
def test_two_at_once_are_one_update(old: OldStore, tmp_path: Path) -> None:
    before = old.rows
    asked = (program("gate-collector"), "migrate", "--config", configured(old.url, tmp_path))
    both = [subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(one.communicate()[1], one.returncode) for one in both]

    assert {code for _, code in ends} <= {0, 1}
    assert all("expected nobody else" in said for said, code in ends if code), ends
    assert 0 in {code for _, code in ends}
    assert (revision(old.url), old.rows) == (HEAD, before)


def test_a_collector_at_work_on_sqlite_keeps_its_store(tmp_path: Path, cluster: Cluster) -> None:
    url = unpacked(FIRST, "sqlite", tmp_path, cluster)
    config = configured(url, tmp_path)
    with sole_writer(url):
        said = command("gate-collector", "migrate", "--config", config)
        started = command("gate-collector", "run", "--config", config)

    for refused in (said, started):
        assert refused.code == 1
        assert f"stop it, then gate-collector migrate --config {config}" in refused.err
    assert revision(url) is None


def test_a_worker_of_an_earlier_version_on_postgresql_is_named(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "postgresql", tmp_path, cluster)
    config = configured(url, tmp_path)
    worker = create_engine(url)  # as f8c5a59 opens it: no name, no lock
    with worker.connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        said = command("gate-collector", "migrate", "--config", config)
    worker.dispose()

    assert said.code == 1
    assert f"a program without a name at this machine (process {pid}): stop it, then" in said.err
    assert said.err.endswith(f"gate-collector migrate --config {config}\n")
    assert revision(url) is None
    migrate_store(url, quiet)
    cluster.drop(url)


def test_a_worker_of_ours_on_postgresql_is_waited_for_and_then_named(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "postgresql", tmp_path, cluster)
    worker = create_engine(url, connect_args={"application_name": "gate-collector 0.3.0"})
    event.listen(worker, "connect", hold_open)
    worker.connect().close()  # back in the pool, and open

    with pytest.raises(StoreInUse, match=r"gate-collector 0\.3\.0 at this machine \(process"):
        migrate_store(url, quiet)

    assert revision(url) is None
    worker.dispose()
    migrate_store(url, quiet)
    cluster.drop(url)


@pytest.mark.parametrize("name", KEPT)
def test_a_backup_of_an_earlier_version_is_restored_and_brought_up(
    name: str, store: str, tmp_path: Path, cluster: Cluster
) -> None:
    whole = rows(unpacked(name, "sqlite", tmp_path / "old", cluster), name, but=ITS_OWN)
    engine = open_store(store)

    restored = restore(engine, FILES / f"store-{name}.backup")

    assert restored == sum(len(found) for table, found in whole.items() if table != "session")
    assert rows(store, name, but=ITS_OWN) == whole | {"session": []}
    assert revision(store) == HEAD
    with engine.connect() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        ]
    assert backup(engine, tmp_path / "again") == sum(counts) >= restored
    engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_of_before_each_had_their_own_is_kept(
    kind: str, tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, kind, tmp_path, cluster)
    migrate_store(url, quiet)
    engine = create_engine(url)
    with engine.connect() as connection:
        links = connection.execute(text("SELECT token_sha256, alert_id FROM alert_link")).all()
        alerts = connection.execute(text("SELECT token_sha256, id FROM alert")).all()
    engine.dispose()

    assert links
    assert set(links) == set(alerts)


@every_store
def test_a_later_change_of_columns_keeps_every_row(old: OldStore, tmp_path: Path) -> None:
    """What a revision to come will do: SQLite makes a table anew, PostgreSQL alters all months."""
    before = old.rows
    migrate_store(old.url, quiet)
    folder = tmp_path / "revisions"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "later.py").write_text(LATER.format(head=HEAD), encoding="utf-8")

    engine = create_engine(old.url)
    with engine.begin() as connection:
        begin_writing(connection)
        upgrade(connection, "later", folder=folder)
    with engine.connect() as connection:
        assert {one["name"] for one in inspect(connection).get_columns("passage")} >= {"kind"}
        kinds = text("SELECT kind, lane FROM passage ORDER BY gate, passage_id")
        assert [tuple(row) for row in connection.execute(kinds)] == [
            (row[5], 1) for row in before["passage"]
        ]
        urgent = text("SELECT count(*) FROM event WHERE lane = 2 AND severity = 'urgent'")
        assert connection.execute(urgent).scalar() == sum(
            row[4] == "urgent" for row in before["event"]
        )
    engine.dispose()
    assert revision(old.url) == "later"
    renamed = {"passage": before["passage"]}
    assert rows(old.url, old.name, but=renamed) | renamed == before


def test_the_scripts_are_in_the_wheel(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")

    packed = set(zipfile.ZipFile(wheel).namelist())

    scripts = [path.relative_to(ROOT / "collector") for path in FOLDER.rglob("*.py")]
    assert len(scripts) == 3 + len(REVISIONS)
    assert {str(script) for script in scripts} <= packed
