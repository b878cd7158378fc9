"""Wrong tries to sign on: they keep nobody out but who makes them, and a day has only so many."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from children import Child, free_port, listens, program, wait_until
from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from doorfiles import write_collector
from gate_agent.http.allowances import Allowances
from gate_agent.http.networks import around_of, network_of
from gate_agent.http.tries import A_DAY, LEFT, MOST_IN_A_DAY, OF_ONE, Tries, Try, Wait
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


class _Guard:
    """One account's tries in virtual time, and how many were checked."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.checked = 0
        self._tries = Tries(self.clock, free=3, longest_s=60)

    async def wrong(self, source: str) -> None:
        with contextlib.suppress(Wait):
            await self._tries.check(Try("g01", network_of(source)), self._verify)

    async def right(self, source: str) -> bool:
        """Return whether the right PIN is taken, typed wrong as often as may be before it."""
        one = Try("g01", network_of(source))
        for _ in range(OF_ONE - 1):
            await self._tries.check(one, self._verify)
        return await self._tries.check(one, lambda: True) is True

    async def attacked(self, sources: Sequence[str]) -> None:
        """Try from each source in turn, nine times as often as all of them may."""
        for number in range(24 * 3600 // 12):
            await self.wrong(sources[number % len(sources)])
            self.clock.advance(12)

    def _verify(self) -> bool | None:
        self.checked += 1
        return None


@pytest.mark.parametrize(
    "sources",
    [
        ["10.0.7.9"],
        [f"10.0.7.{number}" for number in range(1, 51)],
        [f"::ffff:10.0.7.{number}" for number in range(1, 51)],
        [f"2001:db8:0:7::{number:x}" for number in range(1, 500)],
        [f"2001:db8:0:{number:x}::1" for number in range(1, 5000)],
    ],
    ids=["an address", "50 addresses", "50 mapped addresses", "a /64", "a /48"],
)
@pytest.mark.parametrize("own", ["10.0.7.200", "192.0.2.1", "2001:db8:1::5"])
def test_a_new_browser_signs_on_while_strangers_try_all_day(
    sources: Sequence[str], own: str
) -> None:
    async def a_day() -> bool:
        guard = _Guard()
        await guard.attacked(sources)
        return await guard.right(own)

    assert asyncio.run(a_day())


def test_a_day_has_only_so_many_tries_however_many_networks_a_stranger_has() -> None:
    everywhere = [
        *(f"10.{number % 250}.{number // 250}.7" for number in range(2000)),
        *(f"2001:db8:{number:x}::7" for number in range(2000)),
    ]

    async def a_day() -> int:
        guard = _Guard()
        await guard.attacked(everywhere)
        first = guard.checked
        await guard.attacked(everywhere)
        assert guard.checked - first <= A_DAY + LEFT + 1
        return first

    assert A_DAY * 0.9 < asyncio.run(a_day()) <= MOST_IN_A_DAY


def test_a_network_has_a_few_tries_a_day_once_the_common_ones_are_used_up() -> None:
    async def a_day() -> list[int]:
        guard, counts = _Guard(), []
        for hour in range(24):
            for number in range(250):
                guard.clock.advance(3600 / 250)
                await guard.wrong(f"192.0.2.{number}")  # the common ones are gone
            before = guard.checked
            for one in range(50):
                await guard.wrong(f"2001:db8::{hour}:{one}")
            counts.append(guard.checked - before)
        return counts

    assert sum(asyncio.run(a_day())) <= 2 * OF_ONE


@pytest.mark.parametrize(
    ("source", "network", "around"),
    [
        ("10.0.7.9", "10.0.7.9/32", "10.0.7.0/24"),
        ("::ffff:10.0.7.9", "10.0.7.9/32", "10.0.7.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("::1", "::/64", "::/48"),
        ("", "", ""),
        ("testclient", "testclient", "testclient"),
    ],
)
def test_a_network_is_what_one_machine_may_have(source: str, network: str, around: str) -> None:
    assert (network_of(source), around_of(network_of(source))) == (network, around)


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


def test_a_million_networks_take_no_more_memory_than_the_first_ones_did() -> None:
    networks = Allowances[int](at_once=1, a_day=1, most=1000)
    for number in range(1000):
        networks.spend(number << 40, 0)
    tracemalloc.start()
    try:
        for number in range(1000, 50_000):
            networks.spend(number << 40, number)
        assert tracemalloc.get_traced_memory()[0] < 300_000
    finally:
        tracemalloc.stop()
    assert networks.wait_ns(49_999 << 40, 50_000) > 0
    assert networks.wait_ns(0, 50_000) <= 0


def test_a_known_browser_waits_for_one_stranger_at_most() -> None:
    async def seen() -> list[str]:
        tries, order = Tries(FakeClock(), free=3, longest_s=60), []

        def stranger() -> None:
            order.append("stranger")

        def known() -> bool:
            order.append("known")
            return True

        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(tries.check(Try("g01", f"10.0.0.{number}"), stranger))
            await asyncio.sleep(0)
            group.create_task(tries.check(Try("g01", "10.0.1.1", "browser"), known))
        return order

    assert asyncio.run(seen()).index("known") <= 2


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
