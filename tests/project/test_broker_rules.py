"""config/mosquitto: a real broker with the shipped rules lets each gate do its own, and no more."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue

import pytest
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tree import ROOT, text

WITHIN_S = 10
SHIPPED = "/etc/mosquitto/gate"
NOT_AUTHORISED = 0x87
Told = tuple[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A running broker and the folder of its certificates."""

    port: int
    keys: Path


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    keys = folder / "keys"
    subprocess.run(
        [
            ROOT / "config/mosquitto/make-certificates",
            keys,
            "127.0.0.1",
            *("west-1f", "central-2f", "collector"),
        ],
        check=True,
        capture_output=True,
    )
    shutil.copy(ROOT / "config/mosquitto/gate.acl", keys)
    (keys / "gate.acl").chmod(0o600)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    shipped = text("config/mosquitto/gate.conf")
    configuration = shipped.replace(SHIPPED, str(keys)).replace(
        "listener 8883", f"listener {port} 127.0.0.1"
    )
    configuration = configuration.replace("/var/lib/mosquitto/", f"{folder}/")
    if os.geteuid() == 0:
        configuration += "user root\n"  # else it could not read this folder
    (folder / "gate.conf").write_text(configuration, encoding="utf-8")
    with subprocess.Popen(
        ["mosquitto", "-c", folder / "gate.conf"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"},
    ) as broker:
        assert broker.stderr is not None
        for line in broker.stderr:
            if " running" in line:
                break
        else:
            pytest.fail(f"mosquitto refused the shipped configuration, exit {broker.wait()}")
        yield Hall(port=port, keys=keys)
        broker.terminate()


class Peer:
    """One MQTT client with its certificate; `told` has what came back."""

    def __init__(self, hall: Hall, name: str | None, *, client_id: str = "") -> None:
        self._told: Queue[Told] = Queue()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        certificate = str(hall.keys / f"{name}.crt") if name else None
        key = str(hall.keys / f"{name}.key") if name else None
        self._client.tls_set(str(hall.keys / "ca.crt"), certificate, key)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.connect_async("127.0.0.1", hall.port)
        self._client.reconnect_delay_set(30, 60)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def told(self, what: str) -> int | str:
        """Return the next word of this kind; others before it are passed over."""
        while True:
            try:
                kind, value = self._told.get(timeout=WITHIN_S)
            except Empty:
                raise AssertionError(f"expected {what} within {WITHIN_S} s, got nothing") from None
            if kind == what:
                return value

    def publish(self, topic: str) -> int | str:
        self._client.publish(topic, b"{}", qos=1)
        return self.told("puback")

    def subscribe(self, topic: str) -> int | str:
        self._client.subscribe(topic, qos=1)
        return self.told("suback")

    def _on_connect(
        self, _c: Client, _u: object, _f: ConnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self._told.put(("connack", code.value))

    def _on_publish(
        self, _c: Client, _u: object, _mid: int, code: ReasonCode, _p: Properties
    ) -> None:
        self._told.put(("puback", code.value))

    def _on_subscribe(
        self, _c: Client, _u: object, _mid: int, codes: list[ReasonCode], _p: Properties | None
    ) -> None:
        self._told.put(("suback", codes[0].value))

    def _on_message(self, _c: Client, _u: object, message: MQTTMessage) -> None:
        self._told.put(("message", message.topic))

    def _on_disconnect(
        self, _c: Client, _u: object, _f: DisconnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self._told.put(("gone", code.value))


@pytest.fixture
def collector(hall: Hall) -> Iterator[Peer]:
    peer = Peer(hall, "collector")
    assert peer.told("connack") == 0
    assert peer.subscribe("gate/v1/hall-01/+/event/urgent") == 1
    yield peer
    peer.close()


@pytest.fixture
def west(hall: Hall, collector: Peer) -> Iterator[Peer]:
    assert collector is not None  # somebody must listen, or the broker says so instead
    peer = Peer(hall, "west-1f")
    assert peer.told("connack") == 0
    yield peer
    peer.close()


def test_a_gate_is_heard_on_its_own_topics(west: Peer, collector: Peer) -> None:
    assert west.publish("gate/v1/hall-01/west-1f/event/urgent") == 0

    assert collector.told("message") == "gate/v1/hall-01/west-1f/event/urgent"


@pytest.mark.parametrize(
    "topic",
    [
        "gate/v1/hall-01/central-2f/event/urgent",
        "gate/v1/hall-01/central-2f/state",
        "gate/v1/hall-01/west-1f/receipt",
        "gate/v1/hall-01/policy",
        "gate/v1/hall-02/west-1f/event/urgent",
    ],
)
def test_a_gate_is_refused_by_name_on_any_other_topic(west: Peer, topic: str) -> None:
    assert west.publish(topic) == NOT_AUTHORISED


def test_the_collectors_receipt_and_policy_reach_the_gate(west: Peer, collector: Peer) -> None:
    assert west.subscribe("gate/v1/hall-01/west-1f/receipt") == 1
    assert west.subscribe("gate/v1/hall-01/policy") == 1

    collector.publish("gate/v1/hall-01/west-1f/receipt")
    assert west.told("message") == "gate/v1/hall-01/west-1f/receipt"
    collector.publish("gate/v1/hall-01/policy")
    assert west.told("message") == "gate/v1/hall-01/policy"


def test_a_gate_cannot_take_over_the_session_of_another(hall: Hall, west: Peer) -> None:
    thief = Peer(hall, "central-2f", client_id="west-1f")
    assert thief.told("connack") == 0

    still_there = west.publish("gate/v1/hall-01/west-1f/event/urgent")
    thief.close()

    assert still_there == 0


def test_a_client_without_a_certificate_is_not_let_in(hall: Hall) -> None:
    stranger = Peer(hall, None)

    try:
        assert stranger.told("gone") != 0
    finally:
        stranger.close()
