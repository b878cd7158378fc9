"""The whole hall as processes: people pass while everything is killed or unplugged in turn.

What must hold then: the collector has what both journals have, byte for byte, once; nobody was
admitted on half a passage; and nobody's name, number or phone is anywhere outside the sealed box.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from children import Child, broker, free_port, listens, program
from cli.commands import command
from gate_agent.contract.messages import Envelope, parse_body
from gate_agent.demo.robot import ask
from gate_agent.demo.site import GATES, SITE, DemoSite, lay_out
from gate_agent.emulation.people import synthetic_card
from gate_agent.testing import eventually
from system.canary import files_below, pages_of, traces
from system.door_processes import SystemDoor, doors_of
from system.spy import Spy
from tree import ROOT

PEOPLE = 200 if os.environ.get("CHAOS") == "long" else 40  # `make chaos` is the long form
DOWN_S = 2.0  # how long what was killed stays down


class Hall:
    """Broker, collector and both doors; started, not yet ready."""

    def __init__(self, site: DemoSite, stack: ExitStack) -> None:
        self.site = site
        self.broker = broker(site.folder / "broker", site.broker_port)
        self.collector = Child(
            site.folder / "collector.log",
            program("gate-collector"),
            *("run", "--config", site.collector_config),
            environment={"TMPDIR": str(site.folder)},  # what is left there is searched
        )
        self.doors = doors_of(site, stack)
        for child in (self.broker, self.collector, *(door.child for door in self.doors)):
            stack.enter_context(child)
            child.start()

    @property
    def passed(self) -> int:
        """How many people have their verdict."""
        return sum(door.passed for door in self.doors)

    async def once(self, share: float) -> None:
        """Wait until this share of the people have passed."""
        passed = share * PEOPLE
        await eventually(lambda: self.passed >= passed, 300, f"{passed:.0f} people to pass")

    async def lose(self, child: Child) -> None:
        """Kill it, and start it again after a while."""
        child.kill()
        await asyncio.sleep(DOWN_S)
        child.start()


@asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    site = lay_out(folder / "hall", ports=[free_port() for _ in range(4)])
    with ExitStack() as stack:
        one = Hall(site, stack)
        working = [asyncio.ensure_future(door.work()) for door in one.doors]
        try:
            await asyncio.gather(*(door.ready() for door in one.doors))
            yield one
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)


async def keep_disk(hall: Hall, folder: Path) -> None:
    """Copy what lies on the disk now: write-ahead files are gone later.

    By another process: a file of SQLite's that this one closes would lose the locks of its readers.
    """
    copying = await asyncio.create_subprocess_exec("cp", "-a", str(hall.site.folder), str(folder))
    assert await copying.wait() == 0


async def misfortunes(hall: Hall, kept: Path) -> list[str]:
    """Let everything fail in turn; return the passages that a kill cut short."""
    west, central = hall.doors
    await hall.once(0.075)
    await hall.lose(hall.collector)
    await hall.once(0.175)
    await hall.lose(hall.broker)
    await hall.once(0.275)
    cut = [await west.kill_in_the_middle()]
    await keep_disk(hall, kept / "first-kill")
    west.child.start()
    await west.ready()
    await hall.once(0.375)
    await west.unplug("thermometer")
    await hall.once(0.45)
    await central.unplug("id_reader")
    await hall.once(0.525)
    await west.unplug("id_reader")
    await hall.once(0.6)
    await central.unplug("thermometer")
    await hall.once(0.675)
    await hall.lose(hall.broker)
    await hall.once(0.75)
    await hall.lose(hall.collector)
    await hall.once(0.825)
    cut.append(await west.kill_in_the_middle())
    await keep_disk(hall, kept / "second-kill")
    west.child.start()
    await west.ready()
    return cut


def upto(site: DemoSite) -> dict[str, int]:
    overview = ask(site.collector_port, "/api/v1/overview")
    return {gate["gate"]: gate["upto"] for gate in overview.get("gates", ())}


def exported(name: str, *words: str | Path) -> bytes:
    said = command(name, *words)
    assert said.code == 0, said.err
    return said.out.encode()


def events(export: bytes) -> list[Envelope]:
    return [parse_body(line) for line in export.splitlines()]


def published_kind(topic: str) -> tuple[str, int]:
    """Return what AsyncAPI says that a payload on this topic is, and whether it is text."""
    contract = json.loads((ROOT / "docs/events/asyncapi.json").read_text(encoding="utf-8"))
    (channel,) = (
        one
        for one in contract["channels"].values()
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one["address"])), topic)
    )
    messages = contract["components"]["messages"]
    (kind,) = {messages[name]["contentType"] for name in channel["messages"]}
    return kind, 0 if kind == "application/octet-stream" else 1


async def play(folder: Path, pages: dict[str, bytes]) -> tuple[Hall, list[str], Spy]:
    async with hall(folder) as one:
        with Spy(one.site.broker_port) as spy:
            failing = asyncio.ensure_future(misfortunes(one, folder))
            await asyncio.gather(*(door.admit_all(PEOPLE // 2) for door in one.doors))
            cut = await failing
            pages |= await asyncio.to_thread(pages_of, one.site)
            for door in one.doors:
                assert await asyncio.to_thread(door.child.stop) == 0
            heads = {
                door.gate.id: len(exported(*journal("export", door)).splitlines())
                for door in one.doors
            }
            await eventually(lambda: upto(one.site) == heads, 60, f"receipts up to {heads}")
            assert await asyncio.to_thread(one.collector.stop) == 0
            await asyncio.to_thread(one.broker.stop)
            assert not listens(one.site.broker_port)
    return one, cut, spy


def journal(what: str, door: SystemDoor) -> tuple[str, *tuple[str | Path, ...]]:
    return "gate-agent", "journal", what, "--config", door.gate.config


@pytest.mark.system
@pytest.mark.timeout(900)
def test_nothing_is_lost_doubled_or_shown_while_everything_fails_in_turn(tmp_path: Path) -> None:
    pages: dict[str, bytes] = {}  # and exports: wherever somebody might be named
    one, cut, spy = asyncio.run(play(tmp_path, pages))
    site = one.site
    collector = ("--config", site.collector_config)

    assert one.passed == PEOPLE
    ours = sorted((kind for kind in spy.kinds if kind[0].startswith("gate/")), key=str)
    assert not [kind for kind in ours if kind[1:] != published_kind(kind[0])]
    assert {topic for topic, *_ in spy.kinds} - {kind[0] for kind in ours} == {
        f"homeassistant/device/{SITE}/{gate}/config" for gate in GATES
    }
    for door in one.doors:
        here = exported(*journal("export", door))
        pages[f"export {door.gate.id}"] = here
        there = exported("gate-collector", "export", *collector, "--gate", door.gate.id)
        assert there == here, "every event, once, byte for byte"
        proof = exported(*journal("verify", door)).decode()
        assert exported(
            "gate-collector", "verify", *collector, "--gate", door.gate.id
        ).decode() == (f"{door.gate.id} {proof}")
        exported(*journal("rebuild", door))
        told = events(here)
        verdicts = [event for event in told if event.type == "gate.passage.decided.v1"]
        assert len({event.data["person_ref"] for event in verdicts} - {None}) <= len(verdicts)
        for device in door.lines:
            states = [e.data["state"] for e in told if e.subject == device]
            assert ["lost", "ok"] in [states[n : n + 2] for n in range(len(states))]

    west = events(exported(*journal("export", one.doors[0])))
    assert [event.type for event in west].count("gate.agent.started.v1") == 3
    assert [event.type for event in west].count("gate.agent.stopped.v1") == 1
    assert len(cut) == 2
    for passage_id in cut:  # whoever waited at a kill is measured again, said the next start
        (ending,) = (event.data for event in west if event.subject == passage_id)
        assert (ending["decision"], ending["reasons"]) == ("recheck", ["interrupted"])
    for event in west:
        if event.data.get("decision") == "admit" and event.data.get("by") is None:
            temperature = event.data["temperature"]
            assert isinstance(temperature, dict)
            assert temperature["outcome"] == "normal"
            assert temperature["samples"] >= 5

    with sqlite3.connect(site.folder / "collector.sqlite") as store:
        rows = store.execute("SELECT count(*), count(DISTINCT gate || sequence) FROM event")
        assert len(set(rows.fetchone())) == 1
        assert store.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)
    store.close()

    cards = [card for door in one.doors for card in door.cards]
    assert len({card.number for card in cards}) > PEOPLE / 2
    registered = [event for event in west if event.type == "gate.person.registered.v1"]
    assert registered
    traffic = {f"message {n} at {topic}": body for n, (topic, body) in enumerate(spy.heard)}
    assert any(b"gate.person.registered.v1" in body for body in traffic.values())
    topics = {"topics": "\n".join(topic for topic, _ in spy.heard).encode()}
    files = files_below(tmp_path)
    assert any(name.startswith("second-kill") and name.endswith("-wal") for name in files)
    assert traces({**files, **pages, **traffic, **topics}, cards) == []
    assert json.loads(next(body for _, body in spy.heard if body))


def test_the_search_would_find_a_name_a_number_and_a_phone(tmp_path: Path) -> None:
    card = next(card for n in range(99) if len((card := synthetic_card(n)).name) == 3)
    for number, planted in enumerate(
        [
            card.name.encode(),
            card.name.encode("gb18030"),
            json.dumps(card.name).encode(),
            card.number.encode("utf-16-le"),
            b"?phone=13800000017",
        ]
    ):
        (tmp_path / f"core.{number}").write_bytes(b"\0\xff" + planted + b"\0")

    found = traces(files_below(tmp_path), [card])

    assert {line.split(":")[0] for line in found} == {f"core.{n}" for n in range(5)}
