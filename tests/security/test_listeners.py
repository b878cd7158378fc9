"""Who only listens (a reader, a display): hears what it may over TLS, and says nothing at all."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from children import Child, wait_until
from gate_agent.errors import ConfigurationError
from gate_agent.provision import Site
from security.secured_hall import Hall, Peer, hall, today
from tree import ROOT

NOT_AUTHORISED = 0x87
OWN = "gate/v1/hall-01/west-1f"
EVENT = {
    "time": "2026-11-30T08:00:00.000Z", "source": "urn:gate:hall-01/west-1f", "sequence": "7",
    "type": "passage.closed.v1", "drill": False,
}  # fmt: skip


def listening(folder: Path, *revoked: str, **names: list[str]) -> None:
    named = {"gates": [], **names}
    site = Site.open(folder, site=None, brokers=(), now=today(), **named)
    for name in revoked:
        site.revoke(name)
    site.write(days=90, renew=False)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as one:
        listening(one.folder, readers=["acme", "gone"], displays=["lobby"])
        one.broker.stop()  # it reads its rules when it starts
        one.start()
        yield one


def test_a_reader_hears_events_and_states_and_nothing_of_people_or_policy(started: Hall) -> None:
    with (
        Peer(started.section("collector")) as centre,
        Peer(started.section("west-1f")) as west,
        Peer(started.section("reader-acme")) as reader,
    ):
        for peer in (centre, west, reader):
            assert peer.told("connack") == 0
        assert centre.subscribe(f"{OWN}/event/urgent") == 1  # somebody must listen
        assert reader.subscribe("gate/v1/hall-01/#") == 1
        for topic in ("policy", "policy/urgent", "policy/part/1", "seen", "anchor"):
            assert centre.publish(f"gate/v1/hall-01/{topic}") in (0, 0x10)
        for topic in ("receipt", "orders"):
            assert centre.publish(f"{OWN}/{topic}") in (0, 0x10)
        west.publish(f"{OWN}/door")
        west.publish(f"{OWN}/event/urgent")
        west.publish(f"{OWN}/event/routine")
        west.publish(f"{OWN}/state")
        west.publish(f"{OWN}/figures")

        heard = [reader.told("message") for _ in range(4)]

    lanes = [f"{OWN}/event/urgent", f"{OWN}/event/routine"]
    assert heard == [*lanes, f"{OWN}/state", f"{OWN}/figures"]


def test_a_reader_such_as_home_assistant_hears_what_a_door_tells_it(started: Hall) -> None:
    config = "homeassistant/device/hall-01/west-1f/config"
    with Peer(started.section("west-1f")) as west, Peer(started.section("reader-acme")) as reader:
        assert west.told("connack") == reader.told("connack") == 0
        assert reader.subscribe("homeassistant/+/+/+/config") == 1
        west.publish(config)

        assert reader.told("message") == config


def test_a_display_hears_states_and_figures_alone(started: Hall) -> None:
    with Peer(started.section("west-1f")) as west, Peer(started.section("display-lobby")) as lobby:
        assert west.told("connack") == lobby.told("connack") == 0
        assert lobby.subscribe("gate/v1/hall-01/#") == 1
        west.publish(f"{OWN}/event/urgent")
        west.publish(f"{OWN}/door")
        west.publish(f"{OWN}/state")
        west.publish(f"{OWN}/figures")

        assert lobby.told("message") == f"{OWN}/state"
        assert lobby.told("message") == f"{OWN}/figures"


@pytest.mark.parametrize("name", ["reader-acme", "display-lobby"])
@pytest.mark.parametrize(
    "topic",
    [
        f"{OWN}/event/urgent",
        f"{OWN}/state",
        f"{OWN}/receipt",
        "gate/v1/hall-01/policy",
        "gate/v1/hall-01/seen",
        "gate/v1/hall-01/{name}/event/urgent",  # what a pattern lets a door do
        "gate/v1/hall-01/{name}/event/routine",
        "gate/v1/hall-01/{name}/state",
        "gate/v1/hall-01/{name}/door",
        "gate/v1/hall-01/{name}/figures",
        "homeassistant/device/hall-01/{name}/config",
    ],
)
def test_who_listens_publishes_nothing(started: Hall, name: str, topic: str) -> None:
    with Peer(started.section(name)) as listener:
        assert listener.told("connack") == 0

        assert listener.publish(topic.format(name=name)) == NOT_AUTHORISED


def test_the_example_works_on_a_provisioned_site(started: Hall, tmp_path: Path) -> None:
    told = (sys.executable, ROOT / "examples/subscriber.py", "127.0.0.1", str(started.port))
    example = Child(tmp_path / "log", *told, "hall-01", started.folder / "reader-acme")
    with Peer(started.section("west-1f")) as west, example.start():
        assert west.told("connack") == 0

        def heard() -> bool:
            west.say(f"{OWN}/event/routine", json.dumps(EVENT).encode())
            return "passage.closed.v1" in example.said

        wait_until(heard, "the example to print an event")

    assert "2026-11-30T08:00:00.000Z west-1f 7 passage.closed.v1" in example.said
    assert "Traceback" not in example.said


def test_a_revoked_reader_is_refused_and_forgotten(started: Hall, tmp_path: Path) -> None:
    shutil.copytree(started.folder / "reader-gone", tmp_path / "reader-gone")
    kept = started.section("reader-gone", of=tmp_path)
    kept = kept.model_copy(update={"ca_file": tmp_path / "reader-gone/ca.crt"})
    with Peer(kept) as reader:
        assert reader.told("connack") == 0

    listening(started.folder, "reader-gone")
    started.broker.stop()
    started.start()

    with Peer(kept) as reader:
        assert reader.told("gone") != 0
    assert "reader-gone" not in (started.folder / "broker/gate.acl").read_text(encoding="utf-8")
    assert not (started.folder / "reader-gone").exists()
    listening(started.folder, readers=["gone"])  # a new one of that name is another
    started.broker.stop()
    started.start()
    with Peer(started.section("reader-gone")) as reader, Peer(kept) as old:
        assert reader.told("connack") == 0
        assert old.told("gone") != 0


@pytest.mark.parametrize("kind", ["readers", "displays"])
def test_a_name_that_cannot_be_a_listeners_is_refused(started: Hall, kind: str) -> None:
    with pytest.raises(ConfigurationError, match=f"--{kind[:-1]}: expected"):
        listening(started.folder, **{kind: ["A b"]})


@pytest.mark.parametrize("gate", ["reader-acme", "display-lobby"])
def test_no_door_is_called_as_a_listener(started: Hall, gate: str) -> None:
    with pytest.raises(ConfigurationError, match="--gate: expected a door's name"):
        listening(started.folder, gates=[gate])
