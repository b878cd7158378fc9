"""Two halls in one process: each whole, told apart by name; one that dies stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, func, select

from children import Child, broker, free_port, listens, program, wait_until
from collector.bureau.bureau_files import BUREAU, bureau_file, make_account, site_name
from collector.crew import Doors
from collector.recorded_gates import Gate
from collector.served_centre import serving
from gate_agent.contract.policy import HallMode
from gate_collector.bureau.running import carrying
from gate_collector.bureau.validation import sound_bureau
from gate_collector.roles.session import Role
from gate_collector.store.opening import open_store
from gate_collector.store.place import place_at
from gate_collector.store.schema import EVENT

pytestmark = pytest.mark.system
_ONE, _TWO = site_name(1), site_name(2)


@contextmanager
def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield a bureau's file and the port of its broker."""
    port = free_port()
    with broker(folder / "broker", port) as mosquitto:
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        yield bureau_file(folder, port), port


@contextmanager
def _carried(path: Path) -> Iterator[httpx.Client]:
    with carrying(sound_bureau(path), path) as (app, _), serving(app) as client:
        yield client


def _health(client: httpx.Client, name: str) -> int:
    return client.get("/healthz", headers={"Host": name}).status_code


def _all_well(client: httpx.Client) -> bool:
    return all(_health(client, name) == 200 for name in (_ONE, _TWO, BUREAU))


def _store(folder: Path, number: int) -> Engine:
    return open_store(f"sqlite:///{folder / str(number) / 'store.sqlite'}")


def _events(folder: Path, number: int) -> int:
    engine = _store(folder, number)
    try:
        with engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(EVENT)).scalar_one()
    finally:
        engine.dispose()


def test_each_hall_answers_by_its_name_and_takes_its_own_events_alone(tmp_path: Path) -> None:
    gate = Gate("west-1f")
    gate.passages(20)
    with _files(tmp_path) as (path, port), _carried(path) as client:
        wait_until(lambda: _all_well(client), "both halls and the bureau")
        doors = Doors(port, [gate])
        doors.publish(gate.events)
        doors.bring()
        doors.close()
        pages = {
            name: client.get("/status", headers={"Host": name, "Accept": "text/html"}).text
            for name in (_ONE, _TWO)
        }
        signs = {
            name: client.get("/", headers={"Host": name}).headers.get("location")
            for name in (_ONE, _TWO, BUREAU, f"{BUREAU}:80")
        }
        strange = [
            client.get("/", headers={"Host": name}).status_code
            for name in ("hall-9.example", "hall-1.example.evil", f"{_ONE}.")
        ]
        local = client.get("/", headers={"Host": "127.0.0.1"}).headers.get("location")

    assert doors.receipts["west-1f"].upto == 20
    assert (_events(tmp_path, 1), _events(tmp_path, 2)) == (20, 0)
    assert "区政务服务中心" in pages[_ONE]
    assert "城东分中心" in pages[_TWO]
    assert set(signs.values()) == {"/sign-on"}
    assert local == "/sign-on"
    assert strange == [400] * 3


def test_a_hall_whose_place_is_taken_ends_alone_and_comes_back(tmp_path: Path) -> None:
    with _files(tmp_path) as (path, port), _carried(path) as client:
        wait_until(lambda: _all_well(client), "both halls and the bureau")
        lock = tmp_path / "2" / "store.sqlite.lock"
        with ExitStack() as rival:
            lock.unlink()  # somebody put another in its place, and holds that one
            engine = _store(tmp_path, 2)
            rival.callback(engine.dispose)
            rival.enter_context(place_at(engine, "collector"))
            wait_until(lambda: _health(client, _TWO) == 503, "the second to end")
            page = client.get("/", headers={"Host": _TWO, "Accept": "text/html"})
            style = client.get("/static/centre.css", headers={"Host": _TWO})
            told = client.get("/healthz").json()
            gate = Gate("west-1f")
            gate.passages(5)
            doors = Doors(port, [gate])
            doors.publish(gate.events)
            doors.bring()
            doors.close()
            well = _health(client, _ONE)
        wait_until(lambda: _all_well(client), "the second to come back")

    assert page.status_code == 503
    assert "平台未运行" in page.text
    assert page.headers["retry-after"] == "5"
    assert (style.status_code, "x-frame-options" in style.headers) == (200, True)
    assert told["status"] == "failing"
    assert "hall-02" in told["cause"]
    assert "hall-01" not in told["cause"]
    assert (well, _events(tmp_path, 1)) == (200, 5)


def test_a_hall_that_cannot_start_keeps_no_other_from_it(tmp_path: Path) -> None:
    with _files(tmp_path) as (path, _), ExitStack() as rival:
        engine = _store(tmp_path, 1)
        rival.callback(engine.dispose)
        rival.enter_context(place_at(engine, "collector"))
        with _carried(path) as client:
            wait_until(lambda: _health(client, _TWO) == 200, "the second")
            first = client.get("/healthz", headers={"Host": _ONE})
            refused = client.get("/api/v1/now", headers={"Host": _ONE}).json()
            strange = client.get("/", headers={"Host": _ONE, "Origin": "http://evil.example"})
            rival.close()
            wait_until(lambda: _all_well(client), "the first, once its store is free")

    assert first.status_code == 503
    assert "only collector" in first.json()["cause"]
    assert refused["error"]["code"] == "away"
    assert strange.status_code == 403
    assert HallMode.OPEN.value not in str(refused)


def test_a_session_at_one_hall_is_none_at_another(tmp_path: Path) -> None:
    name, password = "office", "correct horse battery"
    with _files(tmp_path) as (path, _), _carried(path) as client:
        wait_until(lambda: _all_well(client), "both halls and the bureau")
        for number in (1, 2):
            url = f"sqlite:///{tmp_path / str(number) / 'store.sqlite'}"
            make_account(url, name, Role.OFFICE, password)
        entry = {"name": name, "password": password}
        on = client.post("/sign-on", json=entry, headers={"Host": _ONE})
        cookie = {"Cookie": on.headers["set-cookie"].partition(";")[0]}
        answers = [
            client.get("/api/v1/now", headers={"Host": at, **cookie}).status_code
            for at in (_ONE, _TWO, BUREAU)
        ]

    assert on.status_code == 201
    assert "domain" not in on.headers["set-cookie"].lower()
    assert answers == [200, 401, 404]


def test_the_program_carries_a_bureau_until_it_is_asked_to_end(tmp_path: Path) -> None:
    port, listening = free_port(), free_port()
    with broker(tmp_path / "broker", port) as mosquitto, ExitStack() as stack:
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        path = bureau_file(tmp_path, port, 3, listens=listening)
        run = program("gate-collector")
        one = stack.enter_context(Child(tmp_path / "log", run, "run", "--config", path)).start()
        wait_until(lambda: listens(listening), "the bureau to listen")
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{listening}"))
        names = (_ONE, _TWO, site_name(3), BUREAU)
        wait_until(lambda: all(_health(client, name) == 200 for name in names), "all to be well")
        lines = client.get("/api/v1/halls").status_code
        twice = Child(tmp_path / "second", run, "run", "--config", path).start()
        refused = twice.ended()
        code = one.stop()

    assert (lines, refused, code) == (401, 2, 0)
    assert "collecting for hall-01, hall-02, hall-03" in one.said
    for site in ("bureau", "hall-01", "hall-02", "hall-03"):
        assert f"{site}: first start" in one.said
