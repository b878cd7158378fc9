"""The independent account: what the journals hold against what the collector holds and said."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy import Engine, select

from chaos.stormy_hall import Gate
from gate_agent.contract.messages import Receipt, gate_of_topic, parse_receipt
from gate_agent.store.reader import Event, JournalReader

_PAGE = 500


class Witness:
    """Hears every receipt, at the broker itself; use as a context."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.receipts: list[tuple[str, Receipt]] = []
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("gate/v1/+/+/receipt", qos=1)
        self._client.on_message = self._on_message

    def __enter__(self) -> Self:
        self._client.connect_async("127.0.0.1", self._port, 5)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def last(self, gate: str) -> Receipt | None:
        """Return the newest receipt of a gate."""
        return next((told for name, told in reversed(self.receipts) if name == gate), None)

    def _on_message(self, _client: object, _data: object, message: Any) -> None:
        if message.payload:
            told = parse_receipt(bytes(message.payload))
            self.receipts.append((gate_of_topic(message.topic), told))


def journalled(path: Path) -> tuple[str, dict[int, Event]]:
    """Return a journal's epoch, and its events by their numbers."""
    found: dict[int, Event] = {}
    with JournalReader(path) as reader:
        while page := reader.after(len(found), _PAGE):
            found |= {event.sequence: event for event in page}
        return reader.epoch, found


def is_told(gate: Gate, witness: Witness) -> bool:
    """Return whether the newest receipt covers a gate's whole journal."""
    epoch, events = journalled(gate.journal)
    last = witness.last(gate.name)
    return last is not None and (last.epoch, last.upto) == (epoch, len(events))


def collected(engine: Engine, table: Any, **where: object) -> list[Any]:
    """Return the rows of a table of the collector."""
    statement = select(table)
    for name, value in where.items():
        statement = statement.where(table.c[name] == value)
    with engine.connect() as connection:
        return list(connection.execute(statement))


def faults_of(receipt: Receipt, epoch: str, events: dict[int, Event]) -> list[str]:
    """Return what is wrong with a receipt, held against the journal it is for."""
    if receipt.epoch != epoch:
        return [f"expected epoch {epoch}, got {receipt.epoch}"]
    link = events[receipt.upto].link.hex() if receipt.upto else "0" * 64
    faults = [] if receipt.link == link else [f"the link of {receipt.upto} is another"]
    numbers = set(range(1, receipt.upto + 1))
    held = {n for first, last in receipt.ranges for n in range(first, last + 1)}
    missing = {n for first, last in receipt.missing for n in range(first, last + 1)}
    if held & missing or (held | missing) & numbers or not held <= set(events):
        faults.append(f"held {receipt.ranges} and missing {receipt.missing} do not fit")
    if held and held | missing != set(range(receipt.upto + 1, max(held) + 1)):
        faults.append(f"ranges and missing leave numbers out after {receipt.upto}")
    return faults
