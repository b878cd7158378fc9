"""Unknown ids on an open broker are one alarm; a door that is gone is taken out of use."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from collector.hall_of_doors import SITE, TEN, ZONE, Door, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_collector.alarms.book import standing
from gate_collector.alarms.watch import Hearing, watch
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.writer import Ingest
from gate_collector.ledger.read import gates
from gate_collector.store.doors import NotRetirable, retire
from gate_collector.store.schema import GATE, QUARANTINE


def test_strangers_are_one_alarm_and_no_label(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.heartbeat()
        for number in range(202):
            topic = f"gate/v1/{SITE}/stranger-{number}"
            one.ingest.offer(ArrivedMessage(f"{topic}/state", b"{}"))
            one.ingest.offer(ArrivedMessage(f"{topic}/event/urgent", b"{}"))
        one.settle()
        with one.engine.connect() as connection:
            assert [(it.kind, it.gate) for it in standing(connection)] == [("refused", "")]
            assert gates(connection) == ["west-1f"]
        with serving(app_of(centre_of(one))) as client:
            assert "stranger" not in client.get("/metrics").text


def test_who_is_not_among_the_halls_doors_is_a_stranger_whatever_it_says(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.ingest.close()
        one.ingest = Ingest(
            one.engine, site=SITE, zone=ZONE, clock=one.clock, doors=["west-1f"],
            publish=lambda _gate, _receipt: None,
            hearing=lambda: Hearing(connected=True, since=TEN),
        )  # fmt: skip
        one.ingest.start()
        for number in range(50):
            stranger = Door(one, f"stranger-{number}")
            stranger.heartbeat()
            stranger.passage()
        one.west.passage()
        one.west.heartbeat()
        one.settle()
        with one.engine.connect() as connection:
            assert gates(connection) == ["west-1f"]
            assert [(it.kind, it.gate) for it in standing(connection)] == [("refused", "")]
            kept = connection.execute(select(QUARANTINE.c.times)).scalars().all()
        assert sorted(kept) == [1] * 50 + [50], "each event, and one for all their states"


def test_a_door_that_is_out_of_use_asks_for_nothing_until_it_speaks_again(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.heartbeat(pending=3, oldest_s=900)
        one.central.heartbeat()
        one.settle()
        hearing = Hearing(connected=True, since=TEN)

        def look() -> set[tuple[str, str]]:
            with one.engine.begin() as connection:
                watch(connection, hearing, one.clock.utc)
                return {(alarm.kind, alarm.gate) for alarm in standing(connection)}

        assert ("late", "west-1f") in look()
        ago = format_utc(one.clock.utc - timedelta(minutes=2))
        with one.engine.begin() as connection:
            for gate in ("west-1f", "no-such-door"):
                with pytest.raises(NotRetirable):
                    retire(connection, gate, at=format_utc(one.clock.utc), silent_since=ago)
        one.clock.advance(300)
        now = format_utc(one.clock.utc)
        ago = format_utc(one.clock.utc - timedelta(minutes=2))
        with one.engine.begin() as connection:
            retire(connection, "west-1f", at=now, silent_since=ago)
        assert {gate for _, gate in look()} <= {"central-2f"}
        with one.engine.connect() as connection:
            assert gates(connection) == ["central-2f"]
            assert connection.execute(select(GATE.c.gate)).scalars().all() != ["central-2f"]
        with serving(app_of(centre_of(one))) as client:
            assert "west-1f" not in client.get("/metrics").text
        one.west.heartbeat()
        one.settle()
        with one.engine.connect() as connection:
            assert gates(connection) == ["central-2f", "west-1f"]
