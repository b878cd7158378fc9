"""The independent account: what the journals hold against what the collector holds and said."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy import Engine, select

from chaos.stormy_hall import Gate, Hall
from children import wait_until
from gate_agent.contract.messages import Receipt, gate_of_topic, parse_receipt
from gate_agent.store.reader import Event, JournalReader
from gate_agent.store.verify import verify as verify_journal
from gate_collector.ledger.verify import verify as verify_collected
from gate_collector.store.opening import open_store
from gate_collector.store.schema import ALARM, EVENT, QUARANTINE

_PAGE = 500
_FALSE = {"mismatch", "rewound", "refused"}


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


def _settled(running: Hall, witness: Witness) -> None:
    """Wait until the last words of both gates are receipted."""
    for gate in running.gates:
        if not is_told(gate, witness):  # stopped before it was: the next start brings it
            gate.child.start()
            running.settle(gate)
            gate.child.stop()
        wait_until(partial(is_told, gate, witness), f"the last receipt of {gate.name}", 30)


def prove(running: Hall, witness: Witness) -> None:
    """Stop all of it, and hold what every journal has against what the collector has."""
    for gate in running.gates:
        running.settle(gate)
        assert gate.child.stop() == 0
    _settled(running, witness)
    assert running.collector.stop() == 0
    engine = open_store(running.store)
    late_ms: list[int] = []
    for gate in running.gates:
        epoch, events = journalled(gate.journal)
        head = verify_journal(gate.journal, lambda _done, _all: None)
        rows = collected(engine, EVENT, gate=gate.name)
        assert {row.epoch for row in rows} == {epoch}
        assert sorted(row.sequence for row in rows) == list(range(1, head.sequence + 1))
        for row in rows:
            assert bytes(row.body) == events[row.sequence].body
        (line,) = verify_collected(engine, gate.name)
        assert line.endswith(f"last {head.sequence} link {head.link.hex()}")
        assert len(events) >= gate.accepted
        receipts = [told for name, told in witness.receipts if name == gate.name]
        assert receipts
        assert [fault for told in receipts for fault in faults_of(told, epoch, events)] == []
        late_ms += [row.late_ms for row in rows if row.late_ms is not None]
        print(f"{gate.name}: {len(events)} events, {len(receipts)} receipts, all right")
    assert collected(engine, QUARANTINE) == []
    assert [row for row in collected(engine, ALARM) if row.kind in _FALSE] == []
    engine.dispose()
    late_ms.sort()
    if late_ms:  # a machine whose clock nobody set does not know
        p50, p95 = late_ms[len(late_ms) // 2], late_ms[len(late_ms) * 95 // 100]
        most, count = late_ms[-1], len(late_ms)
        print(f"lateness: p50 {p50} ms, p95 {p95} ms, max {most} ms of {count} events")
