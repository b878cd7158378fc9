"""A real broker with the provisioned rules lets each gate do its own, and no more."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from children import Child, free_port, listens, wait_until
from gate_agent.contract.signed import CENTRE
from gate_agent.host.clock import SystemClock
from gate_agent.provision import broker
from gate_collector.ingest.broker import Broker, Hears
from security.secured_hall import Hall, Peer, hall, mosquitto, provision
from signatures import unsigned
from tree import tool

NOT_AUTHORISED = 0x87
OWN = "gate/v1/hall-01/west-1f"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as found:
        yield found


@pytest.fixture
def collector(started: Hall) -> Iterator[Peer]:
    with Peer(started.section("collector")) as peer:
        assert peer.told("connack") == 0
        assert peer.subscribe("gate/v1/hall-01/+/event/urgent") == 1
        yield peer


@pytest.fixture
def west(started: Hall, collector: Peer) -> Iterator[Peer]:
    assert collector is not None  # somebody must listen, or the broker says so instead
    with Peer(started.section("west-1f")) as peer:
        assert peer.told("connack") == 0
        yield peer


def test_a_gate_is_heard_on_its_own_topics(west: Peer, collector: Peer) -> None:
    assert west.publish(f"{OWN}/event/urgent") == 0

    assert collector.told("message") == f"{OWN}/event/urgent"


@pytest.mark.parametrize(
    "topic",
    [
        "gate/v1/hall-01/central-2f/event/urgent",
        "gate/v1/hall-01/central-2f/state",
        f"{OWN}/receipt",
        "gate/v1/hall-01/policy",
        "gate/v1/hall-02/west-1f/event/urgent",
        "gate/v1/hall-01/central-2f/figures",
        "homeassistant/device/hall-01/central-2f/config",
        "homeassistant/device/hall-01/config",
    ],
)
def test_a_gate_is_refused_by_name_on_any_other_topic(west: Peer, topic: str) -> None:
    assert west.publish(topic) == NOT_AUTHORISED


@pytest.mark.parametrize("topic", [f"{OWN}/figures", "homeassistant/device/hall-01/west-1f/config"])
def test_a_gate_tells_others_of_itself_alone(west: Peer, topic: str) -> None:
    assert west.publish(topic) != NOT_AUTHORISED


def test_the_collectors_receipt_and_policy_reach_the_gate(west: Peer, collector: Peer) -> None:
    assert west.subscribe(f"{OWN}/receipt") == 1
    assert west.subscribe("gate/v1/hall-01/policy") == 1

    collector.publish(f"{OWN}/receipt")
    assert west.told("message") == f"{OWN}/receipt"
    collector.publish("gate/v1/hall-01/policy")
    assert west.told("message") == "gate/v1/hall-01/policy"


def test_a_gate_reads_what_another_says_of_itself(started: Hall, west: Peer) -> None:
    with Peer(started.section("central-2f")) as neighbour:
        assert neighbour.told("connack") == 0
        assert neighbour.subscribe("gate/v1/hall-01/+/state") == 1
        west.publish(f"{OWN}/state")

        assert neighbour.told("message") == f"{OWN}/state"


def test_a_gate_reads_no_receipt_of_another(started: Hall, west: Peer, collector: Peer) -> None:
    with Peer(started.section("central-2f")) as curious:
        curious.told("connack")
        curious.subscribe(f"{OWN}/receipt")  # mosquitto grants it, and delivers nothing
        curious.subscribe(f"{OWN}/event/urgent")
        curious.subscribe("gate/v1/hall-01/policy")
        west.publish(f"{OWN}/event/urgent")
        collector.publish(f"{OWN}/receipt")
        collector.publish("gate/v1/hall-01/policy")  # the last in order, and it is allowed

        assert curious.told("message") == "gate/v1/hall-01/policy"


def test_a_gate_cannot_take_over_the_session_of_another(started: Hall, west: Peer) -> None:
    with Peer(started.section("central-2f"), client_id="west-1f") as thief:
        assert thief.told("connack") == 0
        assert thief.publish(f"{OWN}/event/urgent") == NOT_AUTHORISED

        assert west.publish(f"{OWN}/event/urgent") == 0


@pytest.mark.parametrize("client_id", ["collector-hall-01", "another-name"])
def test_a_session_goes_on_whatever_id_the_client_says(started: Hall, client_id: str) -> None:
    section = started.section("collector")
    with Peer(section, client_id="collector-hall-01") as before:
        assert before.told("connack") == 0
        assert before.subscribe(f"{OWN}/state") == 1
    with Peer(started.section("west-1f")) as west:
        assert west.publish(f"{OWN}/state") == 0

    with Peer(section, client_id=client_id) as after:
        assert after.told("session") == 1
        assert after.told("message") == f"{OWN}/state"


def test_workers_share_the_events_each_by_its_own_certificate(
    started: Hall, collector: Peer
) -> None:
    with (
        Peer(started.worker("w1")) as one,
        Peer(started.worker("b1")) as other,
        Peer(started.section("west-1f")) as west,
    ):
        assert one.told("connack") == other.told("connack") == west.told("connack") == 0
        for worker in (one, other):
            share = "$share/collector-hall-01/gate/v1/hall-01/+/event/routine"
            assert worker.subscribe(share) == 1
        assert west.publish(f"{OWN}/event/routine") == 0
        assert west.publish(f"{OWN}/event/routine") == 0

        assert one.told("message") == other.told("message") == f"{OWN}/event/routine"
        assert west.subscribe(f"{OWN}/receipt") == 1
        assert one.publish(f"{OWN}/receipt") == 0
        assert west.told("message") == f"{OWN}/receipt"
        assert one.publish("gate/v1/hall-01/policy") == NOT_AUTHORISED
        assert one.publish(f"{OWN}/state") == NOT_AUTHORISED
    assert collector is not None


def test_a_gate_takes_no_share_of_the_workers_events(started: Hall, tmp_path: Path) -> None:
    heard: Queue[str] = Queue()
    worker = Broker(
        started.worker("w1"),
        site="hall-01",
        clock=SystemClock(),
        signatures=unsigned(CENTRE, tmp_path),
        hears=Hears.SHARE,
        worker="w1",
        group="5e" * 32,
    )
    topic = f"{OWN}/event/urgent"
    with Peer(started.section("west-1f")) as west, Peer(started.section("central-2f")) as thief:
        assert west.told("connack") == thief.told("connack") == 0
        for group in ("collector-hall-01", "share", "collector-hall-01-w1"):
            thief.subscribe(f"$share/{group}/gate/v1/hall-01/+/event/urgent")
        worker.start(lambda told: heard.put(told.topic))
        try:
            wait_until(lambda: worker.hearing.connected, "a worker that hears")
            for _ in range(20):
                west.publish(topic)
            assert [heard.get(timeout=60) for _ in range(20)] == [topic] * 20
        finally:
            worker.close()


def test_a_client_without_a_certificate_is_not_let_in(started: Hall) -> None:
    with Peer(started.section("west-1f"), with_certificate=False) as stranger:
        assert stranger.told("gone") != 0

    assert "peer did not return a certificate" in started.broker.said


def test_the_rules_join_debians_own_configuration(tmp_path: Path) -> None:
    port = free_port()
    files = provision(tmp_path / "site") / "broker"
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "gate.conf").write_text(
        broker.configuration(files=str(files), listener=f"{port} 127.0.0.1"), encoding="utf-8"
    )
    main = tmp_path / "mosquitto.conf"  # as Debian ships it
    main.write_text(
        f"persistence true\npersistence_location {tmp_path}/\nuser root\n"
        f"include_dir {tmp_path}/conf.d\n",
        encoding="utf-8",
    )

    with Child(tmp_path / "log", mosquitto(), "-c", main) as child:
        child.start()
        wait_until(lambda: listens(port) or not child.runs, "a broker that listens")
        assert child.runs, child.said


@pytest.mark.parametrize("spoilt", [b"", bytes(4096), b"rubbish" * 9])
def test_a_spoilt_memory_is_put_aside_before_the_broker_starts(
    tmp_path: Path, spoilt: bytes
) -> None:
    memory = tmp_path / "mosquitto.db"
    memory.write_bytes(spoilt)
    drop_in = broker.unit_drop_in(state=f"{tmp_path}/")
    command = next(line for line in drop_in.splitlines() if line.startswith("ExecStartPre="))

    subprocess.run(["/bin/sh", "-c", command.split('"')[1]], check=True)

    assert not memory.exists()
    assert (tmp_path / "mosquitto.db.bad").read_bytes() == spoilt


def test_a_sound_memory_stays(tmp_path: Path) -> None:
    with hall(tmp_path) as found:
        with Peer(found.section("west-1f")) as peer:
            assert peer.told("connack") == 0  # it answers: it also hears signals
        assert found.broker.stop() == 0  # it saves at its end
        memory = (tmp_path / "mosquitto.db").read_bytes()
        drop_in = broker.unit_drop_in(state=f"{tmp_path}/")
        command = next(line for line in drop_in.splitlines() if line.startswith("ExecStartPre="))

        subprocess.run(["/bin/sh", "-c", command.split('"')[1]], check=True)

        assert (tmp_path / "mosquitto.db").read_bytes() == memory


def test_the_files_in_config_are_what_is_provisioned() -> None:
    assert tool("broker_doc").FILES.stale() == []


def test_a_stale_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "gate.acl").write_text("pattern write #\n", encoding="utf-8")

    assert set(tool("broker_doc").FILES.stale(tmp_path)) == {"gate.acl", "gate.conf", "unit.conf"}
