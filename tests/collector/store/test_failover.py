"""PostgreSQL fails over: back within ten seconds, and what was lost comes again from the doors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from children import Child, broker, free_port, listens, wait_until
from collector.recorded_gates import Gate
from collector.running_centre import Centre
from gate_agent.config.model import MqttSection
from gate_agent.host.clock import SystemClock
from gate_agent.testing import eventually
from gate_collector.ingest.broker import Broker
from gate_collector.ledger.verify import verify
from gate_collector.store.opening import open_store
from gate_collector.store.place import PlaceTaken, place_at
from postgres import Cluster, Follower, name_of
from signatures import unsigned
from uplink.records import passages
from uplink.uplink_door import GATE, SITE, WITHIN_S, Door

pytestmark = pytest.mark.system
_WITHIN_S = 10


def test_a_replica_that_is_promoted_is_found_and_has_all_that_was_receipted() -> None:
    with Cluster() as first, first.follower() as second:
        name = name_of(first.database())
        engine = open_store(
            f"postgresql+psycopg://centre@/{name}?host={first.folder}&host={second.folder}"
        )
        gate, clock = Gate(), SystemClock()
        with place_at(engine, "collector") as place, Centre(engine) as centre:
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
            place.expect_ours()
            beside = open_store(engine.url.render_as_string())
            with pytest.raises(PlaceTaken):  # it is ours at the one that writes now
                place_at(beside, "collector").take()
            beside.dispose()
        print(f"promoted and written to: {took_s:.1f} s")
        first.stop()
        assert list(verify(engine, gate.gate)) == [
            f"epoch {gate.epoch} events 8 last 8 link {gate.link.hex()}"
        ]
        engine.dispose()
        first.start()
        assert took_s < _WITHIN_S


def test_a_server_that_lost_its_power_is_given_up_within_ten_seconds(cluster: Cluster) -> None:
    for more, expected in (("", "2"), ("&keepalives_count=9", "9")):
        engine = open_store(f"{cluster.database()}{more}")
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            told = driver.info.get_parameters()
        engine.dispose()

        assert told["keepalives_count"] == expected
        assert int(told["keepalives_idle"]) + 2 * int(told["keepalives_interval"]) < _WITHIN_S
        assert int(told["tcp_user_timeout"]) < 1000 * _WITHIN_S
        assert int(told["connect_timeout"]) < _WITHIN_S


@pytest.mark.parametrize("waits", [True, False], ids=["synchronous", "asynchronous"])
def test_a_replica_without_the_last_rows_gets_them_from_a_door_that_has_nothing_new_to_say(
    tmp_path: Path, *, waits: bool
) -> None:
    port = free_port()
    with Cluster() as first, first.follower(waits=waits) as second, _broker(tmp_path, port):
        name = name_of(first.database())
        engine = open_store(
            f"postgresql+psycopg://centre@/{name}?host={first.folder}&host={second.folder}"
        )
        line = Broker(
            MqttSection(url=f"mqtt://127.0.0.1:{port}"),
            site=SITE,
            clock=SystemClock(),
            signatures=unsigned("collector", tmp_path),
        )
        with Centre(engine) as centre:
            centre.publish = line.tell
            line.start(centre.ingest.offer)

            async def scenario() -> None:
                async with Door(tmp_path / "door", port) as door:
                    door.connect()
                    await door.append(*passages(5))
                    await door.receipted()
                    second.stop()  # the last rows never come there
                    await door.append(*passages(3))
                    if waits:
                        await eventually(lambda: _waits(first), WITHIN_S, "a commit that waits")
                        assert door.status.receipted == 5
                        assert centre.parts.told == ""
                        centre.clock.advance(31)
                        assert centre.parts.told == "writer: does not come back"
                    else:
                        await door.receipted()
                    await asyncio.to_thread(_fail_over, first, second)
                    if not waits:
                        assert centre.sequences() == [1, 2, 3, 4, 5]
                        assert door.status.receipted == 8
                        centre.clock.advance(1)
                        door.uplink.notify_state()  # as it does every ten seconds

                    await eventually(lambda: centre.sequences() == [*range(1, 9)], WITHIN_S, "all")
                    await door.receipted()

            try:
                asyncio.run(scenario())
            finally:
                line.close()
        (said,) = verify(engine, GATE)
        assert " events 8 last 8 " in said
        engine.dispose()
        first.start()


def _broker(folder: Path, port: int) -> Child:
    started = broker(folder / "broker", port, persistence=False).start()
    wait_until(lambda: listens(port), "mosquitto to listen")
    return started


def _waits(cluster: Cluster) -> bool:
    """Whether a commit there waits for the replica."""
    return "SyncRep" in cluster.asked("SELECT wait_event FROM pg_stat_activity")


def _fail_over(first: Cluster, second: Follower) -> None:
    first.stop()
    second.start()
    second.promote()
