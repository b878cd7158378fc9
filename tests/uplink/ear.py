"""A subscriber that keeps what it hears, and can answer as a collector does."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gate_agent.contract.messages import (
    HISTORICAL,
    LINK_0,
    Envelope,
    GateState,
    Receipt,
    Topics,
    link_after,
    parse_body,
    parse_state,
)
from uplink.uplink_door import GATE, SITE

TOPICS = Topics(site=SITE, gate=GATE)
_WITHIN_S = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """One message."""

    topic: str
    payload: bytes
    retained: bool
    historical: bool

    @property
    def event(self) -> Envelope:
        return parse_body(self.payload)


class Ear:
    """Hears a whole hall; use as a context. With `answers`, it gives receipts for what it hears."""

    def __init__(self, port: int, *, answers: bool = False, hears: str = "gate/#") -> None:
        self._port = port
        self._hears = hears
        self.answers = answers
        self.heard: list[Heard] = []
        self._held: dict[str, dict[int, bytes]] = {}
        self._ready = threading.Event()
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"ear-{id(self)}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._ready.set()
        self.client.on_message = self._on_message

    def __enter__(self) -> Self:
        self.client.connect_async("127.0.0.1", self._port, 5)
        self.client.loop_start()
        assert self._ready.wait(_WITHIN_S), "expected the ear to be subscribed"
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def tell(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """Publish, and wait until the broker has it."""
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(_WITHIN_S)

    def events(self) -> list[Heard]:
        """Return the events, in the order they came."""
        return [one for one in self.heard if "/event/" in one.topic]

    def sequences(self) -> list[int]:
        """Return their numbers."""
        return [one.event.number for one in self.events()]

    def states(self) -> list[GateState]:
        """Return what the gate said of itself."""
        return [parse_state(one.payload).value for one in self.heard if one.topic == TOPICS.state]

    def receipt(self, epoch: str, **changes: Any) -> Receipt:
        """Return an honest receipt for what was heard of an epoch, with `changes`."""
        held = self._held.get(epoch, {})
        upto = next(n for n in range(len(held) + 1) if n + 1 not in held)
        beyond = [(n, n) for n in sorted(held) if n > upto]
        fields: dict[str, Any] = {
            "epoch": epoch,
            "upto": upto,
            "link": held.get(upto, LINK_0).hex(),
            "ranges": beyond,
            "missing": (),
            "time": "2026-11-24T02:00:00.000Z",
        }
        return Receipt.model_validate(fields | changes)

    def restored(self, epoch: str, upto: int) -> None:
        """Lose what came after `upto`, as a centre that was restored from a backup has."""
        held = self._held[epoch]
        self._held[epoch] = {number: link for number, link in held.items() if number <= upto}

    def _on_connect(self, client: Client, *_: object) -> None:
        client.subscribe(self._hears, qos=1)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        user = getattr(message.properties, "UserProperty", ())
        one = Heard(
            message.topic, bytes(message.payload), message.retain, (HISTORICAL, "1") in user
        )
        self.heard.append(one)
        if "/event/" in one.topic:
            self._keep(one)

    def _keep(self, one: Heard) -> None:
        event = one.event
        link = link_after(bytes.fromhex(event.prevlink), sha256(one.payload).digest())
        self._held.setdefault(event.epoch, {})[event.number] = link
        if self.answers:
            receipt = self.receipt(event.epoch).encode()
            self.client.publish(TOPICS.receipt, receipt, qos=1, retain=True)
