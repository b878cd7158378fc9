"""A provisioned hall with a real mosquitto over TLS, and clients that show their certificates."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from children import Child, free_port, listens, wait_until
from gate_agent.config.model import MqttSection
from gate_agent.host.clock import SystemClock
from gate_agent.provision import Site, broker

SITE = "hall-01"
GATES = ("west-1f", "central-2f")
WORKERS = ("w1", "b1")
WITHIN_S = 60
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def today() -> datetime:
    return SystemClock().now().utc.replace(microsecond=0)


def provision(
    folder: Path,
    *,
    now: datetime | None = None,
    days: int = 90,
    renew: bool = False,
    revoke: Sequence[str] = (),
) -> Path:
    """Provision the site in `folder`, or add to it."""
    site = Site.open(
        folder,
        site=SITE,
        gates=GATES,
        brokers=["127.0.0.1"],
        workers=WORKERS,
        now=now or today(),
    )
    for name in revoke:
        site.revoke(name)
    site.write(days=days, renew=renew)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A broker that may be started, and the provisioned folder."""

    folder: Path
    port: int
    broker: Child

    def section(self, name: str, *, of: Path | None = None) -> MqttSection:
        """Return how `name` reaches the broker, with the papers of this site or another's."""
        home = (of or self.folder) / name
        return MqttSection(
            url=f"mqtts://127.0.0.1:{self.port}",
            ca_file=self.folder / name / "ca.crt",
            cert_file=home / f"{name}.crt",
            key_file=home / f"{name}.key",
            keepalive_s=5,
        )

    def worker(self, name: str) -> MqttSection:
        """Return how a worker of the collector reaches the broker."""
        section = self.section("collector")
        own = {"cert_file": "crt", "key_file": "key"}
        return section.model_copy(
            update={
                key: self.folder / "collector" / f"collector-{name}.{end}"
                for key, end in own.items()
            }
        )

    def start(self) -> Self:
        self.broker.start()
        wait_until(lambda: listens(self.port) or not self.broker.runs, "a broker that listens")
        assert self.broker.runs, self.broker.said
        return self


@contextmanager
def hall(folder: Path) -> Iterator[Hall]:
    """A provisioned hall whose broker reads what was provisioned, started."""
    site = provision(folder / "site")
    port = free_port()
    configuration = folder / "mosquitto.conf"
    told = broker.configuration(
        files=str(site / "broker"), listener=f"{port} 127.0.0.1", state=f"{folder}/"
    )
    if os.geteuid() == 0:
        told += "user root\n"  # else it could not read this folder
    configuration.write_text(told, encoding="utf-8")
    with Child(folder / "mosquitto.log", mosquitto(), "-c", configuration) as child:
        yield Hall(folder=site, port=port, broker=child).start()


def mosquitto() -> str:
    found = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "expected mosquitto to be installed: make test does"
    return found


class Peer:
    """One MQTT 5 client; `told` has what came back."""

    def __init__(
        self, section: MqttSection, *, client_id: str = "", with_certificate: bool = True
    ) -> None:
        self._told: Queue[tuple[str, int | str]] = Queue()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        certificate, key = (str(section.cert_file), str(section.key_file))
        if with_certificate:
            self._client.tls_set(str(section.ca_file), certificate, key)
        else:
            self._client.tls_set(str(section.ca_file))
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.reconnect_delay_set(30, 60)
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = 600
        self._client.connect_async(
            section.host, section.port, clean_start=False, properties=session
        )
        self._client.loop_start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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

    def say(self, topic: str, payload: bytes) -> None:
        """Publish, and wait for nothing."""
        self._client.publish(topic, payload, qos=1)

    def subscribe(self, topic: str) -> int | str:
        self._client.subscribe(topic, qos=1)
        return self.told("suback")

    def _on_connect(
        self, _c: Client, _u: object, flags: ConnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self._told.put(("connack", code.value))
        self._told.put(("session", int(flags.session_present)))

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


def expired(folder: Path, name: str) -> None:
    """Give `name` in the site of `folder` a certificate that has ended, by the site's own CA."""
    _reissue(folder, name, now=today() - timedelta(days=40), days=30)


def not_yet_valid(folder: Path, name: str) -> None:
    """Give `name` a certificate of the future: what a board sees whose clock stands at 1970."""
    _reissue(folder, name, now=today() + timedelta(days=300), days=30)


def _reissue(folder: Path, name: str, *, now: datetime, days: int) -> None:
    (folder / name / f"{name}.crt").unlink()
    provision(folder, now=now, days=days)
