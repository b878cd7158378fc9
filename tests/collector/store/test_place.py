"""One collector at a store, one worker of each name: another is refused, and told who is there."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from children import Child, broker, free_port, listens, program, wait_until
from cli.commands import command
from collector.crew import crew
from collector.recorded_gates import Gate
from collector.running_centre import Centre
from doorfiles import write_collector
from gate_collector.store.opening import open_store
from gate_collector.store.place import PlaceTaken, StorePlace, place_at
from gate_collector.store.schema import EVENT
from postgres import Cluster, name_of

_OURSELVES = f"process {os.getpid()} on {socket.gethostname()}"
_WITHIN_S = 60


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, cluster: Cluster) -> str:
    return f"sqlite:///{tmp_path / 'c.sqlite'}" if request.param == "sqlite" else cluster.database()


Open = Callable[[str], Engine]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Open stores as processes of their own would."""
    with ExitStack() as stack:

        def one(url: str) -> Engine:
            engine = open_store(url)
            stack.callback(engine.dispose)
            return engine

        yield one


both_stores = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


def _sessions_end(cluster: Cluster, url: str) -> None:
    """End the sessions that hold a place there, as a server does that is started anew."""
    cluster.asked(f"SELECT pg_terminate_backend(l.pid) {_of_places(url)} AND l.granted")


def _taken_from_the_first(place: StorePlace, cluster: Cluster, url: str) -> None:
    """Let `place` have it: it waits for it already when the first session ends."""
    waiting = f"{_of_places(url)} AND NOT l.granted AND a.application_name LIKE '% {os.getpid()}@%'"
    with ThreadPoolExecutor(1) as pool:
        taken = pool.submit(place.take)
        wait_until(lambda: cluster.asked(f"SELECT l.pid {waiting}"), "us to wait for the place")
        for first in cluster.asked(f"SELECT unnest(pg_blocking_pids(l.pid)) {waiting}"):
            cluster.asked(f"SELECT pg_terminate_backend({first})")
        taken.result(_WITHIN_S)


def _of_places(url: str) -> str:
    joined = "FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    return f"{joined} WHERE a.datname = '{name_of(url)}' AND l.objsubid = 2"


def _events(url: str, opened: Open) -> int:
    with opened(url).connect() as connection:
        return len(connection.execute(EVENT.select()).all())


def _write(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE written (at INTEGER)"))


@both_stores
def test_a_second_collector_is_refused_and_told_who_is_there_and_since_when(
    opened: Open, url: str
) -> None:
    one, other = opened(url), opened(url)
    with place_at(one, "collector"):
        with pytest.raises(PlaceTaken) as refused, place_at(other, "collector"):
            pass
        said = str(refused.value)
        assert (
            "expected to be the only collector at this store, got another: gate-collector" in said
        )
        assert f"{_OURSELVES}, since 20" in said
    with place_at(opened(url), "collector") as taken:
        taken.expect_ours()


def test_workers_of_different_names_have_a_place_each(opened: Open, cluster: Cluster) -> None:
    engine = opened(url := cluster.database())
    with place_at(engine, "collector"), place_at(opened(url), "worker w1"):
        with place_at(opened(url), "worker w2") as other:
            other.expect_ours()
        with pytest.raises(PlaceTaken, match="the only worker w1 at"):
            place_at(opened(url), "worker w1").take()


def test_a_place_that_a_server_forgot_is_taken_again_before_anything_is_written(
    opened: Open,
    cluster: Cluster,
) -> None:
    engine = opened(url := cluster.database())
    with place_at(engine, "collector") as place:
        _sessions_end(cluster, url)

        _write(engine)

        place.expect_ours()
        with pytest.raises(PlaceTaken):
            place_at(opened(url), "collector").take()


def test_who_lost_the_place_writes_no_more_and_says_who_has_it(
    opened: Open, cluster: Cluster
) -> None:
    url = cluster.database()
    engine, gate = opened(url), Gate()
    with place_at(engine, "collector") as place, Centre(engine) as centre:
        centre.take(*gate.passages(2))
        other = place_at(opened(url), "collector")
        _taken_from_the_first(other, cluster, url)
        for event in gate.passages(3):
            centre.ingest.offer(event.message)
        wait_until(lambda: centre.ingest.failing == "PlaceTaken", "the writer to be refused")
        with pytest.raises(PlaceTaken, match=_OURSELVES):
            place.expect_ours()
        with pytest.raises(PlaceTaken):
            _write(engine)
        assert _events(url, opened) == 2
        assert centre.receipt.upto == 2, "nothing is promised that was not written"
        other.leave()


def test_a_lock_that_somebody_removed_is_noticed(opened: Open, tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'c.sqlite'}")
    with place_at(engine, "collector") as place:
        place.expect_ours()
        (tmp_path / "c.sqlite.lock").unlink()
        with pytest.raises(PlaceTaken, match="removed"):
            place.expect_ours()
        with (
            place_at(opened(f"sqlite:///{tmp_path / 'c.sqlite'}"), "collector"),
            pytest.raises(PlaceTaken, match=_OURSELVES),
        ):
            place.expect_ours()


@pytest.mark.system
@both_stores
def test_a_second_process_is_refused_and_a_killed_one_leaves_its_place(
    url: str, tmp_path: Path
) -> None:
    port = free_port()
    with broker(tmp_path / "broker", port) as mosquitto:
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        configs = [_config(tmp_path / name, url, port) for name in ("one", "other")]
        run = program("gate-collector"), "run", "--config"
        with Child(tmp_path / "log", *run, configs[0]) as first:
            first.start()
            wait_until(lambda: "hears every gate" in first.said, "the first", 60)
            second = command("gate-collector", "run", "--config", configs[1])
            assert second.code == 1
            assert f"process {first.pid} on {socket.gethostname()}, since 20" in second.err
            assert first.said.count("disconnected") == 0, "it never came to the broker"
            first.kill()
        with Child(tmp_path / "log2", *run, configs[1]) as third:
            third.start()
            wait_until(lambda: "hears every gate" in third.said, "the third", 60)


@pytest.mark.system
def test_a_collector_and_a_worker_that_lost_their_places_end_and_say_to_whom(
    opened: Open, cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.database()
    with crew(tmp_path, url) as (hall, _, _port):
        places = [place_at(opened(url), what) for what in ("collector", "worker b1")]
        for place in places:
            _taken_from_the_first(place, cluster, url)

        wait_until(lambda: not hall.collector.runs, "the collector to end", _WITHIN_S)
        wait_until(lambda: not hall.further.runs, "the worker to end", _WITHIN_S)

        for child, what in ((hall.collector, "collector"), (hall.further, "worker b1")):
            assert f"the only {what} at this store, got another: gate-collector" in child.said
            assert f"{_OURSELVES}, since" in child.said
        for place in places:
            place.leave()


def _config(folder: Path, url: str, port: int) -> Path:
    folder.mkdir()
    return write_collector(
        folder,
        {
            "mqtt": {"url": f"mqtt://127.0.0.1:{port}"},
            "store": {"url": url},
            "web": {"port": free_port()},
        },
    )
