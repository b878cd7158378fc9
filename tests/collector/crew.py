"""A collector with workers over PostgreSQL and mosquitto, as processes, and gates at its broker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from children import Child, broker, free_port, listens, program, wait_until
from collector.recorded_gates import SITE, Event, Gate
from doorfiles import write_collector
from gate_agent.contract.messages import Receipt, Topics, parse_receipt
from line import Line

_WITHIN_S = 60


class Crew:
    """The collector, its workers, and a further worker that is not its child."""

    def __init__(self, collector: Child, further: Child) -> None:
        self.collector = collector
        self.further = further

    def start(self) -> None:
        self.collector.start()
        wait_until(lambda: self.collector.said.count("hears every gate") == 2, "both", _WITHIN_S)
        self.further.start()
        wait_until(lambda: "hears every gate" in self.further.said, "the further", _WITHIN_S)

    def worker(self) -> int:
        """Return the process id of the collector's own worker; 0 while there is none."""
        parent = f"PPid:\t{self.collector.pid}\n"
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                if parent in (folder / "status").read_text(encoding="utf-8"):
                    return int(folder.name)
        return 0


@contextmanager
def crew(folder: Path, url: str) -> Iterator[tuple[Crew, Line, int]]:
    """Yield a crew of two workers, started, its line to the broker, and the broker's port."""
    port = free_port()
    with broker(folder / "broker", port) as mosquitto, Line(port) as line:
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        config = write_collector(
            folder,
            {
                "mqtt": {"url": f"mqtt://127.0.0.1:{line.port}"},
                "store": {"url": url},
                "ingest": {"workers": 1},
                "web": {"port": free_port()},
            },
        )
        run = program("gate-collector")
        with (
            Child(folder / "collector.log", run, "run", "--config", config) as collector,
            Child(
                folder / "further.log", run, "work", "--config", config, "--name", "b1"
            ) as further,
        ):
            made = Crew(collector, further)
            made.start()
            yield made, line, port


class Doors:
    """Gates at the broker: they publish, and again what no receipt covers."""

    def __init__(self, port: int, gates: list[Gate]) -> None:
        self.gates = gates
        self.receipts: dict[str, Receipt] = {}
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(200)
        self._client.on_connect = lambda client, *_: client.subscribe(
            Topics(site=SITE, gate="+").receipt, qos=1
        )
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, events: list[Event]) -> None:
        told = [self._client.publish(one.message.topic, one.body, qos=1) for one in events]
        for one in told:
            one.wait_for_publish(_WITHIN_S)

    def bring(self) -> None:
        """Publish what no receipt covers, until receipts cover all of it."""
        for _ in range(20):
            self.publish(self.missing())
            with contextlib.suppress(AssertionError):
                wait_until(lambda: not self.missing(), "the receipts", 3)
                return
        raise AssertionError(f"expected every receipt, lacking {len(self.missing())} events")

    def missing(self) -> list[Event]:
        """Return the events that no receipt covers."""
        return [
            event
            for gate in self.gates
            for event in gate.events
            if gate.gate not in self.receipts or self.receipts[gate.gate].upto < event.sequence
        ]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: object, _data: object, message: Any) -> None:
        gate, receipt = message.topic.split("/")[3], parse_receipt(bytes(message.payload))
        before = self.receipts.get(gate)
        if before is None or receipt.time >= before.time:  # as a gate does
            self.receipts[gate] = receipt
