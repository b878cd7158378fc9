"""A broker that cannot start is the broker's trouble: doors and centre go on, nothing is lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import httpx
import pytest

from chaos.books import Witness, collected, is_told, journalled
from chaos.stormy_hall import hall
from children import wait_until
from gate_collector.store.opening import open_store
from gate_collector.store.schema import ALARM, EVENT


@pytest.mark.system
@pytest.mark.timeout(300)
def test_a_broker_whose_store_is_spoiled_stops_nobody_else(tmp_path: Path) -> None:
    with hall(tmp_path) as running, Witness(running.port) as witness:
        store = tmp_path / "broker" / "mosquitto.db"
        for gate in running.gates:
            assert gate.tick(1)
            running.settle(gate)
        running.broker.kill()
        store.write_bytes(bytes(4096))
        running.broker.start()
        assert running.broker.ended() != 0

        for gate in running.gates:
            assert all(gate.tick(number) for number in range(2, 12))
            assert gate.uplink["state"] == "connecting"
            assert gate.uplink["pending"] >= 10
            assert gate.child.runs
        health = f"http://127.0.0.1:{running.collector_port}/healthz"
        assert httpx.get(health, timeout=60).status_code == 200

        store.unlink()
        running.start_broker()
        for gate in running.gates:
            running.settle(gate)
            assert gate.child.stop() == 0
            wait_until(partial(is_told, gate, witness), f"the last receipt of {gate.name}")
        engine = open_store(running.store)
        for gate in running.gates:
            _, events = journalled(gate.journal)
            rows = collected(engine, EVENT, gate=gate.name)
            assert {row.sequence for row in rows} == set(events)
        assert {row.kind for row in collected(engine, ALARM)} <= {"deaf", "lost", "device", "late"}
        engine.dispose()
