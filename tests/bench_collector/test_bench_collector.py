"""The bench of the centre in its quick form: what it feeds is true, what it measures is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.collector.centre import broker, centre
from bench.collector.doors import together
from bench.collector.gates import carried
from bench.collector.pages import is_reported, measure_pages
from bench.collector.past import write_past
from bench.collector.rate import BARE, COPY, OURS, compare
from bench.uplink.peers import wait_for
from gate_agent.host.clock import SystemClock
from gate_collector.ledger.verify import gates, verify
from gate_collector.store.opening import open_store
from gate_collector.store.schema import EVENT, PASSAGE
from postgres import Cluster

WITHIN_S = 60


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


def test_each_way_into_the_store_stores_the_same_events(cluster: Cluster, tmp_path: Path) -> None:
    said = together(600, 3)
    made: list[str] = []

    def new() -> str:
        made.append(cluster.database())
        return made[-1]

    found = compare(new, said, 1)

    assert set(found) == {COPY, BARE, OURS}
    assert all(run.rate(600) > 0 for runs in found.values() for run in runs)
    stored = [_bodies(url) for url in made]
    assert stored[0] == []  # asked for its kind alone
    assert all(sorted(bodies) == sorted(event.body for event in said) for bodies in stored[1:])

    files = (f"sqlite:///{tmp_path / name}" for name in "abc")
    assert set(compare(lambda: next(files), said, 1)) == {BARE, OURS}


def test_many_gates_get_their_receipts_through_a_real_broker(cluster: Cluster) -> None:
    run = carried(cluster.database(), gates=40, events=400)

    assert run.receipts >= 40
    assert run.cpu_us > 0
    assert run.pss_mb > 10


@pytest.mark.parametrize("store", ["postgresql", "sqlite"])
def test_every_page_answers_over_a_past_whose_chains_hold(
    cluster: Cluster, tmp_path: Path, store: str
) -> None:
    url = cluster.database() if store == "postgresql" else f"sqlite:///{tmp_path / 'a.sqlite'}"
    now = SystemClock().now().utc
    engine = open_store(url)
    written = write_past(engine, doors=3, days=4, now=now, passages=400)
    proved = [line for gate in gates(engine) for line in verify(engine, gate)]
    with engine.connect() as connection:
        passages = connection.execute(select(func.count()).select_from(PASSAGE)).scalar_one()
    engine.dispose()

    with broker(tmp_path) as port, centre(tmp_path, port, url) as running:
        wait_for(lambda: is_reported(running.url, now), "yesterday's report", WITHIN_S)
        pages = measure_pages(running.url, now)

    assert len(proved) == 3
    assert 3 * 4 * 400 <= passages < written
    assert len(pages) > 20
    assert all(page.median_ms > 0 for page in pages)


def _bodies(url: str) -> list[bytes]:
    engine = open_store(url)
    with engine.connect() as connection:
        bodies = [bytes(body) for body in connection.execute(select(EVENT.c.body)).scalars()]
    engine.dispose()
    return bodies
