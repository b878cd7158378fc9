"""The line to the broker is one thread's: OpenSSL ends a process whose line two threads use."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client

from children import broker, free_port, listens, wait_until
from gate_agent.config.model import MqttSection
from gate_agent.contract.signed import CENTRE
from gate_agent.host.clock import SystemClock
from gate_collector.ingest.broker import Broker
from signatures import unsigned


def test_who_publishes_never_writes_on_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote: set[str] = set()
    plain = Client.loop_write

    def noted(self: Client, *given: Any) -> Any:
        wrote.add(threading.current_thread().name)
        return plain(self, *given)

    monkeypatch.setattr(Client, "loop_write", noted)
    port = free_port()
    with broker(tmp_path, port) as mosquitto:
        mosquitto.start()
        wait_until(lambda: listens(port), "the broker to listen")
        section = MqttSection(url=f"mqtt://127.0.0.1:{port}")
        line = Broker(
            section, site="hall-01", clock=SystemClock(), signatures=unsigned(CENTRE, tmp_path)
        )
        line.start(lambda _: None)
        try:
            wait_until(lambda: line.hearing.connected, "the line")
            topic = "gate/v1/hall-01/policy"
            assert all(line.publish(topic, b"%d" % number) for number in range(200))
        finally:
            line.close()

    assert threading.current_thread().name not in wrote
