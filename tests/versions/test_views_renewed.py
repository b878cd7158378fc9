"""Rows of views that an earlier version made wrongly are put right once, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, create_engine, text

from children import Child, free_port, program, wait_until
from gate_collector.ledger.backup import backup, restore
from gate_collector.ledger.proof import faults_of
from gate_collector.ledger.renewed import renew_views
from gate_collector.ledger.verify import gates
from gate_collector.store.migrations import are_views_ours
from gate_collector.store.opening import migrate_store, open_store
from gate_collector.store.planted import planted
from postgres import Cluster
from store.writers import needs_strace
from versions.faults import CALLS, Point, points
from versions.old_stores import KINDS, OldStore, Rows, configured, noted, rows, unpacked
from versions.released import FIRST, KEPT
from versions.test_store_update_faults import SENT, updating

ZONE, SITE = ZoneInfo("Asia/Shanghai"), "hall-01"
VIEWS = {"hold", "report", "notable"}
SPOILED = (  # as rules of before made them, did not know them, or left them behind
    "UPDATE hold SET due_s = NULL, stepped = 1",
    "UPDATE hold SET state = 'flagged', since = '2026-01-01T00:00:00.000Z'",
    "UPDATE report SET sequence = 1",
    "DELETE FROM notable WHERE type LIKE 'gate.hold.%'",
    "UPDATE notable SET data = '{' WHERE type = 'gate.agent.started.v1'",
    (
        "INSERT INTO hold (gate, hold_id, state, stepped, since, overdue, drill)"
        " VALUES ('west-1f', 'nobodys', 'flagged', 1, '2026-01-01T00:00:00.000Z', 0, false)"
    ),
)
pytestmark = pytest.mark.timeout(1200)


def _spoil(url: str) -> Rows:
    migrate_store(url, lambda _: None)
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in SPOILED:
            connection.execute(text(statement))
    engine.dispose()
    return rows(url)


@pytest.fixture(params=[(name, kind) for name in KEPT for kind in KINDS], ids="-".join)
def old(
    request: pytest.FixtureRequest, tmp_path: Path, cluster: Cluster
) -> Iterator[tuple[OldStore, Engine]]:
    """A store that an earlier version left, brought up, its views spoiled."""
    name, kind = request.param
    store = OldStore(name=name, kind=kind, url=unpacked(name, kind, tmp_path, cluster))
    _spoil(store.url)
    engine = open_store(store.url)
    yield store, engine
    engine.dispose()
    if kind == "postgresql":
        cluster.drop(store.url)


def _wrong(engine: Engine) -> list[str]:
    return [
        fault
        for gate in gates(engine)
        for fault in faults_of(engine, gate, site=SITE, zone=ZONE)
        if "view" in fault
    ]


def test_every_view_is_what_its_events_say_and_nothing_else_is_changed(
    old: tuple[OldStore, Engine],
) -> None:
    store, engine = old
    before, said = rows(store.url, store.name), list[str]()
    assert _wrong(engine)

    renew_views(engine, ZONE, said.append)

    assert _wrong(engine) == []
    after = rows(store.url, store.name)
    assert {name for name in before if before[name] != after[name]} == VIEWS
    assert all("put right by its events: hold" in one for one in said), said
    assert len(said) == len(gates(engine))
    with engine.connect() as connection:
        assert are_views_ours(connection)
        assert planted(connection) == []


def test_it_is_done_once(old: tuple[OldStore, Engine]) -> None:
    store, engine = old
    renew_views(engine, ZONE, lambda _: None)
    with engine.begin() as connection:
        connection.execute(text("UPDATE hold SET state = 'closed'"))  # for `verify` to name
    after, said = rows(store.url), list[str]()

    renew_views(engine, ZONE, said.append)

    assert (rows(store.url), said) == (after, [])


def test_a_new_store_has_nothing_to_put_right_and_a_restored_one_has(
    store: str, tmp_path: Path
) -> None:
    engine = open_store(store)
    with engine.connect() as connection:
        assert are_views_ours(connection)
        assert [one for one in noted(store) if one[0].startswith("views-")]
    backup(engine, tmp_path / "backup")
    restore(engine, tmp_path / "backup")
    with engine.connect() as connection:
        assert not are_views_ours(connection)
    renew_views(engine, ZONE, lambda _: None)
    with engine.connect() as connection:
        assert are_views_ours(connection)
    engine.dispose()


@pytest.mark.system
def test_a_collector_puts_them_right_before_it_serves(tmp_path: Path, cluster: Cluster) -> None:
    url = unpacked(FIRST, "sqlite", tmp_path, cluster)
    _spoil(url)
    config = configured(url, tmp_path, port=free_port())
    running = Child(tmp_path / "log", program("gate-collector"), "run", "--config", config)
    with running.start():
        wait_until(lambda: "collecting for" in running.said, "the collector")
        assert running.stop() == 0
    assert running.said.count("put right by its events") == 2
    engine = open_store(url)
    assert _wrong(engine) == []
    engine.dispose()


@needs_strace
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_in_the_middle_leaves_all_of_the_old_rows_or_all_of_the_new(
    kind: str, tmp_path: Path, cluster: Cluster
) -> None:
    kinds = CALLS if kind == "sqlite" else SENT
    url = unpacked(FIRST, kind, tmp_path, cluster)
    spoiled = _spoil(url)
    calls = updating(url, tmp_path, kinds).calls()
    right, ends = _views(rows(url)), list[bool]()
    assert right != _views(spoiled)
    last = max(kinds, key=lambda call: calls[call])

    for point in [*points(calls, kinds), Point(last, 2), Point(last, calls[last])]:
        folder = tmp_path / f"{point}"
        url = unpacked(FIRST, kind, folder, cluster)
        _spoil(url)
        updating(url, folder, kinds).killed_at(point)
        engine = open_store(url)
        with engine.connect() as connection:
            ends.append(are_views_ours(connection))
        assert _views(rows(url)) == (right if ends[-1] else _views(spoiled))
        renew_views(engine, ZONE, lambda _: None)
        assert _views(rows(url)) == right
        engine.dispose()
        if kind == "postgresql":
            cluster.drop(url)

    assert set(ends) == {True, False}


def _views(kept: Rows) -> Rows:
    """Return the rows of the views, those of `notable` without the order of arrival."""
    views = {name: kept[name] for name in VIEWS}
    return views | {"notable": sorted(row[1:] for row in views["notable"])}
