"""A collector that is killed between its commit and its receipt: nothing twice, nothing untold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy import func, select

from children import Child, broker, free_port, listens, program, wait_until
from collector.recorded_gates import GATE, SITE, Event, Gate, hold
from doorfiles import write_collector
from gate_agent.contract.messages import Receipt, Topics, parse_receipt
from gate_collector.store.opening import open_store
from gate_collector.store.schema import EVENT
from line import Line

TOPICS = Topics(site=SITE, gate=GATE)


class Publisher:
    """A gate's side of the broker: publishes events, keeps the newest receipt."""

    def __init__(self, port: int) -> None:
        self.receipt: Receipt | None = None
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(TOPICS.receipt, qos=1)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, events: list[Event]) -> None:
        for event in events:
            told = self._client.publish(event.message.topic, event.body, qos=1)
            told.wait_for_publish(20)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: object, _data: object, message: object) -> None:
        self.receipt = parse_receipt(bytes(message.payload))  # type: ignore[attr-defined]


@contextmanager
def _hall(folder: Path, line: Line, port: int) -> Iterator[tuple[Child, Publisher]]:
    config = write_collector(
        folder,
        {"mqtt": {"url": f"mqtt://127.0.0.1:{line.port}"}, "web": {"port": free_port()}},
    )
    publisher = Publisher(port)
    try:
        run = program("gate-collector"), "run", "--config", config
        with Child(folder / "collector.log", *run) as collector:
            yield collector.start(), publisher
    finally:
        publisher.close()


def test_what_is_committed_and_not_receipted_is_receipted_after_the_restart(
    tmp_path: Path,
) -> None:
    port, gate, url = free_port(), Gate(), f"sqlite:///{tmp_path / 'collector.sqlite'}"
    with (
        broker(tmp_path / "broker", port) as mosquitto,
        Line(port) as line,
    ):
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        with _hall(tmp_path, line, port) as (collector, publisher):
            wait_until(lambda: "hears every gate" in collector.said, "the collector")
            publisher.publish(gate.passages(3))
            wait_until(lambda: publisher.receipt and publisher.receipt.upto == 3, "a receipt")
            engine = open_store(url)
            stored = select(func.count()).select_from(EVENT)

            line.fault = "up_dead"  # it hears, and cannot be heard
            publisher.publish([*gate.passages(3), gate.append(hold(7))])

            def committed() -> bool:
                with engine.connect() as connection:
                    return connection.execute(stored).scalar_one() == 7

            wait_until(committed, "the commit")
            collector.kill()
            assert publisher.receipt is not None
            assert publisher.receipt.upto == 3
            line.fault = ""
            line.reset()
            collector.start()
            wait_until(lambda: publisher.receipt and publisher.receipt.upto == 7, "the receipt")

            assert publisher.receipt.link == gate.link.hex()
            publisher.publish(gate.events)
            publisher.publish(gate.passages(1))
            wait_until(lambda: publisher.receipt and publisher.receipt.upto == 8, "the next")
            with engine.connect() as connection:
                assert connection.execute(stored).scalar_one() == 8
            engine.dispose()
            assert collector.stop() == 0
