"""PostgreSQL fails over: back by itself within ten seconds; what was receipted is still there."""

from __future__ import annotations

import pytest

from children import wait_until
from collector.recorded_gates import Gate
from collector.running_centre import Centre
from gate_agent.host.clock import SystemClock
from gate_collector.ledger.verify import verify
from gate_collector.store.opening import open_store
from postgres import Cluster, name_of

pytestmark = pytest.mark.system
_WITHIN_S = 10


def test_a_replica_that_is_promoted_is_found_and_has_all_that_was_receipted() -> None:
    with Cluster() as first, first.follower() as second:
        name = name_of(first.database())
        engine = open_store(
            f"postgresql+psycopg://centre@/{name}?host={first.folder}&host={second.folder}"
        )
        gate, clock = Gate(), SystemClock()
        with Centre(engine) as centre:
            centre.take(*gate.passages(5))
            assert centre.receipt.upto == 5
            # the old one still answers, and only reads: its connections must be given up
            first.say("ALTER SYSTEM SET default_transaction_read_only = on")
            first.say("SELECT pg_reload_conf()")
            second.promote()
            began = clock.now()
            for event in gate.passages(3):
                centre.ingest.offer(event.message)
            wait_until(
                lambda: centre.receipts and centre.receipt.upto == 8,
                "a receipt of the one that writes now",
            )
            took_s = clock.now().seconds_since(began)
        print(f"promoted and written to: {took_s:.1f} s")
        first.stop()
        assert list(verify(engine, gate.gate)) == [
            f"epoch {gate.epoch} events 8 last 8 link {gate.link.hex()}"
        ]
        engine.dispose()
        first.start()
        assert took_s < _WITHIN_S
