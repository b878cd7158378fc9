"""The peer: paho as everybody uses it, window 20, no store, no receipt, one subscriber."""

from __future__ import annotations

import threading

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gate_agent.host.clock import SystemClock

_WINDOW = 20
_TOPIC = "bare/events"
_NS = 1e9


def bare_rate(port: int, payload: bytes, count: int) -> float:
    """Publish `count` messages, and return how many a second a subscriber got."""
    clock, got, all_there, ready = SystemClock(), [0], threading.Event(), threading.Event()

    def heard(*_: object) -> None:
        got[0] += 1
        if got[0] == count:
            all_there.set()

    subscriber, publisher = _client(), _client()
    subscriber.on_message = heard
    subscriber.on_subscribe = lambda *_: ready.set()
    subscriber.on_connect = lambda client, *_: client.subscribe(_TOPIC, qos=1)
    publisher.max_inflight_messages_set(_WINDOW)
    publisher.max_queued_messages_set(0)
    for client in (subscriber, publisher):
        client.connect("127.0.0.1", port)
        client.loop_start()
    ready.wait(10)
    began = clock.now()
    for _ in range(count):
        publisher.publish(_TOPIC, payload, qos=1)
    all_there.wait(300)
    took_s = clock.now().seconds_since(began)
    for client in (subscriber, publisher):
        client.disconnect()
        client.loop_stop()
    return count / took_s


def _client() -> Client:
    return Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
