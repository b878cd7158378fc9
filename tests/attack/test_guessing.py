"""Wrong tries to sign on: they keep nobody out but who makes them, and a day has only so many."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from children import Child, free_port, listens, program, wait_until
from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from doorfiles import write_collector
from gate_agent.http.tries import A_DAY, AT_ONCE, Tries, Try, Wait
from gate_agent.testing import FakeClock
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role
from security.signing import OTHER_PIN, door

_PASSWORD = "correct horse battery"
_RIGHT = {"name": "李主任", "password": _PASSWORD}
_WRONG = {"name": "李主任", "password": "guessed"}


def _from(url: object, address: str) -> httpx.Client:
    """Return a client at another of this machine's loopback addresses."""
    transport = httpx.HTTPTransport(local_address=address)
    return httpx.Client(base_url=str(url), transport=transport, timeout=30)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[httpx.Client]:
    with hall(tmp_path) as one:
        accounts = Accounts(centre_of(one))
        accounts.make("李主任", Role.LEADER, _PASSWORD)
        with serving(app_of(centre_of(one), accounts=accounts)) as client:
            yield client


def test_a_strangers_wrong_tries_do_not_keep_the_leader_out(centre: httpx.Client) -> None:
    with _from(centre.base_url, "127.0.0.9") as stranger:
        told = [stranger.post("/sign-on", json=_WRONG).status_code for _ in range(20)]

    assert told == [403] * 5 + [429] * 15
    assert centre.post("/sign-on", json=_RIGHT).status_code == 201


def test_a_strangers_wrong_tries_do_not_keep_the_guard_out(tmp_path: Path) -> None:
    with door(tmp_path) as gate, _from(gate.served.url, "127.0.0.9") as stranger:
        body = {"code": "g01", "pin": OTHER_PIN}
        told = [stranger.post("/api/v1/session", json=body).status_code for _ in range(20)]
        with gate.browser() as browser:
            signed_on = browser.sign_on("g01")

    assert told == [401] * 3 + [429] * 17
    assert signed_on.status_code == 200


def test_a_known_browser_passes_though_wrong_tries_come_from_its_own_address(
    centre: httpx.Client,
) -> None:
    assert centre.post("/sign-on", json=_RIGHT).status_code == 201
    with _from(centre.base_url, "127.0.0.1") as stranger:
        for _ in range(20):
            stranger.post("/sign-on", json=_WRONG)
        assert stranger.post("/sign-on", json=_RIGHT).status_code == 429

    assert centre.post("/sign-on", json=_RIGHT).status_code == 201


def test_a_mark_that_somebody_made_up_makes_no_browser_known(centre: httpx.Client) -> None:
    assert centre.post("/sign-on", json=_RIGHT).status_code == 201
    (name,) = [name for name in centre.cookies if name.startswith("gate-known-")]
    nonce, _, proof = centre.cookies[name].partition(".")
    for forged in (f"{'0' * 32}.{proof}", f"{nonce}.{'0' * 64}", "", ".", "ü.ü"):
        with _from(centre.base_url, "127.0.0.9") as stranger:
            headers = [(b"Cookie", f"{name}={forged}".encode())]
            told = [
                stranger.post("/sign-on", json=_WRONG, headers=headers).status_code
                for _ in range(6)
            ]
        assert told[-1] == 429, forged


def test_many_at_once_are_checked_one_by_one_and_counted(centre: httpx.Client) -> None:
    begin = threading.Barrier(40)

    def one_more(_: int) -> int:
        with _from(centre.base_url, "127.0.0.9") as stranger:
            begin.wait()
            return stranger.post("/sign-on", json=_WRONG).status_code

    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(one_more, range(40)))

    assert set(told) <= {403, 429}
    assert told.count(403) <= 5


def test_a_day_has_only_so_many_tries_however_many_addresses_a_stranger_has() -> None:
    clock, checked = FakeClock(), 0

    def verify() -> None:
        nonlocal checked
        checked += 1

    async def a_day() -> None:
        tries = Tries(clock, free=3, longest_s=60)
        for number in range(24 * 360):
            with contextlib.suppress(Wait):
                await tries.check(Try("g01", f"10.0.{number % 250}.{number // 250}"), verify)
            clock.advance(10)

    asyncio.run(a_day())

    assert A_DAY * 0.9 < checked <= A_DAY + AT_ONCE


def test_ten_thousand_names_take_no_more_memory_than_a_thousand_did() -> None:
    async def names(tries: Tries, first: int, last: int) -> None:
        for number in range(first, last):
            await tries.check(Try(f"name {number}", f"{number}"), lambda: None)

    async def grown() -> int:
        tries = Tries(FakeClock(), free=3, longest_s=60)
        await names(tries, 0, 6000)
        tracemalloc.start()
        try:
            await names(tries, 6000, 16_000)
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    assert asyncio.run(grown()) < 2_500_000


def test_sixty_sign_ons_at_once_do_not_take_the_centres_memory(tmp_path: Path) -> None:
    port = free_port()
    web = {"port": port, "sign_on": True}
    config = write_collector(tmp_path, {"web": web})
    with Child(tmp_path / "log", program("gate-collector"), "run", "--config", config) as child:
        child.start()
        wait_until(lambda: listens(port), "a centre that listens", within_s=60)
        before = _most_kib(child)

        def sign_on(number: int) -> int:
            with _from(f"http://127.0.0.1:{port}", f"127.0.1.{number + 1}") as stranger:
                return stranger.post("/sign-on", json=_WRONG).status_code

        with ThreadPoolExecutor(60) as pool:
            told = list(pool.map(sign_on, range(60)))
        assert set(told) <= {403, 429}
        assert _most_kib(child) - before < 100 * 1024


def _most_kib(child: Child) -> int:
    """Return the most memory that a process ever had (proc_pid_status: VmHWM)."""
    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])
