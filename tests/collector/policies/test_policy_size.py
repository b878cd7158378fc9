"""A large policy: as large as the broker takes, else refused with its size; an emergency first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from children import Child, broker, free_port, listens, wait_until
from collector.hall_of_doors import SITE, hall
from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import Topics
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import encode_policy, published_form, read_policy
from gate_agent.contract.signed import CENTRE
from gate_agent.contract.wire import validated
from gate_agent.host.clock import SystemClock
from gate_agent.provision.broker import LARGEST_PACKET
from gate_agent.testing import eventually
from gate_collector.ingest.broker import Broker
from gate_collector.policies.book import PolicyBook, PolicyFault
from signatures import unsigned
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
            largest=lambda: way.largest,
        )  # fmt: skip
        way.start(lambda _: None)
        try:
            wait_until(lambda: way.hearing.connected, "a centre that hears")
            yield book, way
        finally:
            way.close()


def _people(count: int) -> list[dict[str, object]]:
    return [{"person_ref": sha256(str(one).encode()).hexdigest()} for one in range(count)]


def test_what_the_broker_does_not_take_is_refused_with_its_size_and_an_emergency_goes(
    tmp_path: Path,
) -> None:
    clock = SystemClock()

    async def scenario(port: int, book: PolicyBook, way: Broker) -> None:
        async with Door(tmp_path / "door", port) as door:
            door.connect()
            book.issue(lambda _: {"roster": _people(100)}, by="王", why="x")
            await eventually(lambda: len(door.policies) == 1, WITHIN_S, "a roster")
            since = way.hearing.since

            with pytest.raises(PolicyFault, match=r"expected at most 59904 bytes, .*, got 1\d{5}:"):
                book.issue(lambda _: {"roster": _people(1300)}, by="王", why="x")
            assert book.newest().version == 1
            assert not way.publish("gate/v1/hall-01/policy", b"x" * 64_000)

            began = clock.now()
            book.issue(lambda _: {"hall_mode": "emergency"}, by="王", why="x")
            await eventually(lambda: len(door.policies) == 2, WITHIN_S, "the emergency")
            assert clock.now().seconds_since(began) < 2
            told = read_policy(door.policies[1]).policy
            assert (told.hall_mode, told.roster) == (HallMode.EMERGENCY, ())
            assert (way.hearing.connected, way.hearing.since) == (True, since)

            book.issue(lambda _: {"hall_mode": "open"}, by="王", why="x")
            await eventually(lambda: len(door.policies) == 3, WITHIN_S, "the roster again")
            assert len(read_policy(door.policies[2]).policy.roster) == 100

    with _mosquitto(tmp_path, 64_000) as port, _book(tmp_path, port) as (book, way):
        asyncio.run(scenario(port, book, way))


def test_a_provinces_roster_arrives_and_an_emergency_right_behind_it(tmp_path: Path) -> None:
    policy = validated(Policy, {"version": 2, "roster": _people(50_000)})
    roster = encode_policy(policy)
    closes = published_form(
        encode_policy(policy.model_copy(update={"version": 3, "hall_mode": HallMode.EMERGENCY}))
    )
    topic = Topics(site=SITE, gate="+").policy

    async def scenario(port: int, book: PolicyBook, way: Broker) -> None:
        async with Door(tmp_path / "door", port) as door:
            door.connect()
            book.issue(lambda _: {}, by="王", why="x")
            await eventually(lambda: door.policies, WITHIN_S, "a first policy")
            assert way.publish(topic, roster)
            assert way.publish(topic, closes)
            await eventually(lambda: len(door.policies) == 3, WITHIN_S, "both")
            assert door.policies[1:] == [roster, closes]
            assert len(closes) < 8_000
            assert len(roster) > 4_000_000

    with _mosquitto(tmp_path, LARGEST_PACKET) as port, _book(tmp_path, port) as (book, way):
        asyncio.run(scenario(port, book, way))
