"""A large policy goes in parts, behind what is urgent; no message is more than the broker takes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from children import Child, broker, free_port, listens, wait_until
from collector.hall_of_doors import SITE, hall
from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import Topics
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import digest
from gate_agent.contract.policy_parts import Rest, read_urgent
from gate_agent.contract.signed import CENTRE
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.host.clock import SystemClock
from gate_agent.provision.broker import LARGEST_PACKET
from gate_agent.testing import eventually
from gate_collector.ingest.broker import Broker
from gate_collector.policies.book import PolicyBook, PolicyFault
from line import Line
from signatures import unsigned
from uplink.ear import Ear
from uplink.uplink_door import WITHIN_S, Door


@contextmanager
def _mosquitto(folder: Path, packet: int) -> Iterator[int]:
    port = free_port()
    child: Child = broker(folder, port, persistence=False, more=f"max_packet_size {packet}\n")
    with child:
        child.start()
        wait_until(lambda: listens(port), "mosquitto")
        yield port


@contextmanager
def _book(folder: Path, port: int) -> Iterator[tuple[PolicyBook, Broker]]:
    clock = SystemClock()
    section = MqttSection(url=f"mqtt://127.0.0.1:{port}")
    way = Broker(section, site=SITE, clock=clock, signatures=unsigned(CENTRE, folder))
    with hall(folder) as one:
        book = PolicyBook(
            one.engine, site=SITE, clock=clock, first=Policy(), publish=way.publish,
            publish_behind=way.publish_behind, largest=lambda: way.largest,
        )  # fmt: skip
        way.start(lambda _: None, book.publish)
        try:
            wait_until(lambda: way.hearing.connected, "a centre that hears")
            yield book, way
        finally:
            way.close()


def _people(count: int) -> list[dict[str, object]]:
    return [{"person_ref": sha256(str(one).encode()).hexdigest()} for one in range(count)]


def _issue(book: PolicyBook, **change: object) -> bytes:
    version = book.issue(lambda _: change, by="王", why="x").version
    return (book.document(version) or "").encode()


class _Keeping(Door):
    """A door that keeps what it hears, as the engine does."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port)
        self.keeper = PolicyKeeper(file=None, beside=folder)
        self.take = self.keep
        self.heads: list[Rest] = []
        self.digests: list[str] = []

    def keep(self, payload: bytes) -> Rest | None:
        rest = self.keeper.take(payload)
        self.heads += [rest] if rest else []
        due = self.keeper.due(SystemClock().now().utc)
        self.digests += [due.sha256] if due else []
        return rest

    @property
    def mode(self) -> HallMode:
        return self.keeper.current.policy.hall_mode


@pytest.mark.parametrize("packet", [8_000, 64_000, LARGEST_PACKET])
def test_a_long_roster_arrives_however_small_the_brokers_packets_are_and_goes_back_and_forth(
    tmp_path: Path, packet: int
) -> None:
    async def scenario(port: int, book: PolicyBook, way: Broker) -> None:
        async with _Keeping(tmp_path / "door", port) as door:
            door.connect()
            long = _issue(book, roster=_people(1300))
            await eventually(lambda: door.digests[-1:] == [digest(long)], WITHIN_S, "a roster")
            since = way.hearing.since

            closes = _issue(book, hall_mode="emergency")
            await eventually(lambda: door.mode is HallMode.EMERGENCY, WITHIN_S, "an emergency")
            assert door.digests[-1] == digest(closes)

            again = _issue(book, hall_mode="open")
            await eventually(lambda: door.digests[-1] == digest(again), WITHIN_S, "all of it")
            assert door.mode is HallMode.OPEN
            assert len(door.keeper.current.policy.roster) == 1300
            assert (way.hearing.connected, way.hearing.since) == (True, since)
            assert door.uplink.status.state == "connected"

    with _mosquitto(tmp_path, packet) as port, _book(tmp_path, port) as (book, way):
        asyncio.run(scenario(port, book, way))


def test_an_emergency_overtakes_a_provinces_roster_on_a_slow_line_and_the_roster_arrives_after_it(
    tmp_path: Path,
) -> None:
    async def scenario(line: Line, book: PolicyBook) -> None:
        async with _Keeping(tmp_path / "door", line.port) as door:
            door.connect()
            _issue(book, roster=_people(50_000))
            await eventually(lambda: door.heads, WITHIN_S, "the head of a roster")
            assert door.heads[0].parts > 200

            began = SystemClock().now()
            closes = _issue(book, hall_mode="emergency")
            await eventually(lambda: door.mode is HallMode.EMERGENCY, WITHIN_S, "an emergency")

            print(f"emergency: {SystemClock().now().seconds_since(began):.2f} s")
            assert len(door.digests) == 1, "the roster was still on its way"
            assert door.digests == [digest(closes)]
            assert door.policies[-1] == closes
            assert len(closes) < 8_000

            line.bits_per_s = None
            again = _issue(book, hall_mode="open")
            await eventually(lambda: digest(again) in door.digests, 90, "a province's roster")
            assert len(door.keeper.current.policy.roster) == 50_000
            assert len(again) > 4_000_000
            assert max(map(len, door.policies[:-1])) < 8_000

    with (
        _mosquitto(tmp_path, LARGEST_PACKET) as port,
        Line(port, bits_per_s=256_000) as line,
        _book(tmp_path, port) as (book, _),
    ):
        asyncio.run(scenario(line, book))


def test_a_document_that_no_parts_carry_is_refused_with_its_size(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        book = PolicyBook(
            one.engine, site=SITE, clock=SystemClock(), first=Policy(),
            publish=lambda _topic, _payload: True, largest=lambda: 80,
        )  # fmt: skip
        with pytest.raises(PolicyFault, match=r"expected at most 65536 bytes, .*, got 1\d{5}:"):
            _issue(book, roster=_people(1300))
        assert book.newest().version == 0


def test_a_broker_that_takes_less_from_now_on_is_sent_nothing_that_it_refuses(
    tmp_path: Path,
) -> None:
    port, folder = free_port(), tmp_path / "broker"
    with ExitStack() as stack:

        def start(packet: int) -> Child:
            child = broker(folder, port, persistence=False, more=f"max_packet_size {packet}\n")
            stack.enter_context(child).start()
            wait_until(lambda: listens(port), "mosquitto")
            return child

        first = start(LARGEST_PACKET)
        book, way = stack.enter_context(_book(tmp_path, port))
        os.kill(first.pid, signal.SIGSTOP)  # what is published now is acknowledged by nobody
        _issue(book, notices=[{"zh": "大" * 2000}] * 2)
        first.kill()
        wait_until(lambda: not way.hearing.connected, "a centre that hears nobody")
        small = start(10_000)
        wait_until(lambda: way.hearing.connected, "a centre that hears again")

        since = way.hearing.since
        closes = _issue(book, hall_mode="emergency")
        with Ear(port, hears=Topics(site=SITE, gate="+").policy_urgent) as ear:
            wait_until(lambda: ear.heard, "what is urgent")
            head = read_urgent(ear.heard[-1].payload)[0].policy
        assert (head.hall_mode, head.version) == (HallMode.EMERGENCY, 2)
        assert len(closes) > 10_000
        assert (way.hearing.connected, way.hearing.since) == (True, since)
        assert "packet" not in small.said.replace("max_packet_size", "").lower()
