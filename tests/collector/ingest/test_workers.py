"""Workers as processes: they share the events, any may die, and every gate gets its receipts."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from children import wait_until
from collector.crew import Doors, crew
from collector.recorded_gates import GATE, Gate, hold
from collector.running_centre import bodies
from gate_agent.testing import eventually
from gate_collector.alarms.book import standing
from gate_collector.ledger.verify import gates as heard_gates
from gate_collector.ledger.verify import verify
from gate_collector.store.opening import open_store
from gate_collector.store.schema import EVENT, QUARANTINE, STREAM
from postgres import Cluster
from uplink.records import passages
from uplink.uplink_door import Door

pytestmark = pytest.mark.system
NAMES = ("west-1f", "central-2f", "north-1f")


def test_two_workers_lose_and_repeat_nothing_when_one_dies_and_the_line_breaks(
    cluster: Cluster, tmp_path: Path
) -> None:
    url, chance = cluster.database(), random.Random(5)  # noqa: S311 no secret
    gates = [Gate(name) for name in NAMES]
    for gate in gates:
        gate.passages(199)
        gate.append(hold(1))
    shuffled = [event for gate in gates for event in gate.events]
    shuffled += chance.choices(shuffled, k=200)
    chance.shuffle(shuffled)
    thirds = [shuffled[at::3] for at in range(3)]
    with crew(tmp_path, url) as (hall, line, port):
        doors = Doors(port, gates)

        doors.publish(thirds[0])
        first = hall.worker()
        os.kill(first, signal.SIGKILL)
        doors.publish(thirds[1])
        line.reset()
        doors.publish(thirds[2])
        doors.bring()

        wait_until(lambda: hall.worker() not in (0, first), "another worker in its place")
        assert "ended with -9, started again" in hall.collector.said
        engine = open_store(url)
        _assert_whole(engine, gates)
        for gate in gates:
            receipt = doors.receipts[gate.gate]
            assert (receipt.link, receipt.missing) == (gate.link.hex(), ())
        engine.dispose()
        doors.close()
        assert hall.further.stop() == 0
        assert hall.collector.stop() == 0


def test_a_worker_ends_with_its_collector_however_that_ends(
    cluster: Cluster, tmp_path: Path
) -> None:
    with crew(tmp_path, cluster.database()) as (hall, _, _port):
        worker = hall.worker()

        hall.collector.kill()

        wait_until(lambda: not Path(f"/proc/{worker}").exists(), "the end of its worker")


def test_what_died_with_a_worker_is_sent_again_within_half_a_minute(
    cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.database()

    async def scenario() -> float:
        with crew(tmp_path, url) as (hall, _, port):
            engine = open_store(url)
            async with Door(tmp_path / "door", port) as door:
                door.connect()
                await door.append(*passages(5))
                await door.receipted()
                with engine.begin() as holder:  # the workers wait for this row
                    holder.execute(select(STREAM).with_for_update()).all()
                    await door.append(*passages(40, 6))
                    await eventually(lambda: _waiting(engine) == 2, 30, "both at the lock")
                    await eventually(lambda: door.uplink._is_idle, 30, "acknowledged by the broker")
                    hall.further.kill()
                began = asyncio.get_running_loop().time()
                await door.receipted()
                took_s = asyncio.get_running_loop().time() - began

                with engine.connect() as connection:
                    count = select(func.count()).select_from(EVENT)
                    assert connection.execute(count).scalar_one() == 45
                    assert connection.execute(select(QUARANTINE)).all() == []
                assert [line.split()[3] for line in verify(engine, GATE)] == ["45"]
            engine.dispose()
            return took_s

    took_s = asyncio.run(scenario())

    print(f"from the death of a worker to the receipt of what it had: {took_s:.1f} s")
    assert took_s > 1, "expected something to be lost with the worker"
    assert took_s < 30


def _assert_whole(engine: Engine, gates: list[Gate]) -> None:
    """Assert that the store holds just these events, as they were said, in sound chains."""
    assert heard_gates(engine) == sorted(gate.gate for gate in gates)
    with engine.connect() as connection:
        for gate in gates:
            stored = (
                select(EVENT.c.body).where(EVENT.c.gate == gate.gate).order_by(EVENT.c.sequence)
            )
            assert [bytes(body) for body in connection.execute(stored).scalars()] == bodies(
                gate.events
            )
            (line,) = verify(engine, gate.gate)
            assert line.endswith(f"last {len(gate.events)} link {gate.link.hex()}")
        assert connection.execute(select(QUARANTINE)).all() == []
        kinds = {alarm.kind for alarm in standing(connection)}
    assert not kinds & {"mismatch", "rewound", "refused", "gap"}


def _waiting(engine: Engine) -> int:
    """Return how many sessions wait for a lock."""
    with engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int(connection.execute(waiting).scalar_one())
