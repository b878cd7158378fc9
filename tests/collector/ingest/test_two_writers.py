"""Two workers on one PostgreSQL at once: one order of receipts, and one retained at the end."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy import Engine, event

from children import broker, free_port, listens, wait_until
from collector.recorded_gates import GATE, SITE, Gate, hold, passage
from collector.running_centre import Centre, bodies
from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import Receipt, Topics, parse_receipt
from gate_agent.contract.records import Decision
from gate_agent.contract.signed import CENTRE
from gate_agent.host.clock import SystemClock
from gate_collector.ingest.broker import Broker, Hears
from gate_collector.ingest.chain import Stream
from gate_collector.ingest.chains import stamp
from gate_collector.ingest.receipts import Heard, ReceiptBook
from gate_collector.store.opening import open_store
from gate_collector.store.schema import NOTABLE, QUARANTINE, STREAM
from postgres import Cluster
from signatures import unsigned

WITHIN_S = 60
RECEIPT = Topics(site=SITE, gate=GATE).receipt


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[Engine]:
    opened = open_store(cluster.database())
    yield opened
    opened.dispose()


def test_of_two_receipts_the_later_one_never_says_less(engine: Engine) -> None:
    gate, chance = Gate(), random.Random(3)  # noqa: S311 no secret
    events = gate.passages(150)
    chance.shuffle(events)
    with Centre(engine) as one, Centre(engine) as other:
        other.clock.advance(-40)  # its clock is behind
        for number, event in enumerate(events):
            (one, other)[number % 2].ingest.offer(event.message)
            if number % 10 == 0:  # each waits for its own commit, and not for the other's
                other.ingest.offer(chance.choice(events).message)
                (one, other)[number % 20 == 0].settle()
        one.settle()
        other.settle()

        told = [receipt for _, receipt in one.receipts + other.receipts]
        told.sort(key=lambda receipt: receipt.time)
        by_time = {receipt.time: receipt for receipt in told}
        assert all(by_time[receipt.time] == receipt for receipt in told), "one time, one receipt"
        assert len(by_time) > 9
        held = [_held(receipt) for receipt in told]
        assert all(before <= after for before, after in pairwise(held))
        assert (told[-1].upto, told[-1].link) == (150, gate.link.hex())


def test_a_clock_that_was_far_ahead_is_not_followed() -> None:
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)

    assert stamp(now, "") == "2026-11-25T08:00:00.000Z"
    assert stamp(now, "2026-11-25T07:59:59.999Z") == "2026-11-25T08:00:00.000Z"
    assert stamp(now, "2026-11-25T08:00:00.000Z") == "2026-11-25T08:00:00.001Z"
    assert stamp(now, "2026-11-25T08:59:59.999Z") == "2026-11-25T09:00:00.000Z"
    assert stamp(now, "2031-11-25T08:00:00.000Z") == "2026-11-25T08:00:00.000Z"


def test_a_cloned_journal_is_found_whichever_worker_takes_which(engine: Engine) -> None:
    gate = Gate()
    gate.passages(20)
    clone = gate.twin(10)
    for number in range(10):
        clone.append(passage(100 + number, Decision.DENY))
    with Centre(engine) as one, Centre(engine) as other:
        one.take(*gate.events[:10])
        for mine, theirs in zip(gate.events[10:], clone.events[10:], strict=True):
            one.ingest.offer(mine.message)
            other.ingest.offer(theirs.message)
            other.ingest.offer(theirs.message)
        one.settle()
        other.settle()

        stored = [bytes(row.body) for row in one.rows()]
        aside = [bytes(row.body) for row in one.rows(QUARANTINE)]
        assert stored == bodies((gate if stored[10:] == bodies(gate.events[10:]) else clone).events)
        assert sorted([*stored, *aside]) == sorted(bodies(gate.events + clone.events[10:]))
        assert one.standing() == {("mismatch", GATE)}


def test_a_true_event_comes_in_where_a_forged_one_fell(engine: Engine) -> None:
    gate, forger = Gate(), Gate()
    gate.passages(2)
    gate.append(hold(3))
    forger.append(passage(1, Decision.DENY))
    forger.append(passage(2))
    forger.append(hold(3))
    with Centre(engine) as centre:
        centre.take(forger.events[2])
        centre.take(*gate.events)
        centre.take(gate.events[2])

        assert [bytes(row.body) for row in centre.rows()] == bodies(gate.events)
        assert [row.sequence for row in centre.rows(NOTABLE)] == [3]
        assert centre.receipt.upto == 3


class Spy:
    """Hears the receipts of a gate, in the order the broker has them."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[int, bool]] = []
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(RECEIPT, qos=1)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: object, _data: object, message: Any) -> None:
        self.heard.append((parse_receipt(bytes(message.payload)).upto, message.retain))


def test_the_retained_receipt_is_the_newest_also_when_workers_publish_the_other_way_round(
    engine: Engine, tmp_path: Path
) -> None:
    port, gate = free_port(), Gate()
    first, second = gate.passages(2)
    turn = threading.Event()

    def late(publish: Any) -> Any:
        def wait_then_publish(gate: str, receipt: Receipt) -> Heard | None:
            assert turn.wait(WITHIN_S), "expected the other worker to publish first"
            return publish(gate, receipt)  # type: ignore[no-any-return]

        return wait_then_publish

    with broker(tmp_path, port) as mosquitto, Centre(engine) as slow, Centre(engine) as quick:
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        ways = [_connected(port, name, tmp_path) for name in ("slow", "quick")]
        spy = Spy(port)
        try:
            wait_until(lambda: all(way.hearing.connected for way in ways), "both workers")
            slow.publish, quick.publish = late(ways[0].tell), ways[1].tell

            slow.ingest.offer(first.message)
            wait_until(lambda: [r.upto for r in slow.rows(STREAM)] == [1], "the first commit")
            quick.take(second)
            wait_until(lambda: [upto for upto, _ in spy.heard] == [2], "the second one's receipt")
            turn.set()
            wait_until(lambda: spy.heard[1:] == [(1, False)], "the first one's receipt, too late")

            slow.look()

            wait_until(lambda: [upto for upto, _ in spy.heard] == [2, 1, 2], "the newest again")
            late_comer = Spy(port)
            wait_until(lambda: late_comer.heard == [(2, True)], "what is retained")
            late_comer.close()
            for centre in (slow, quick, slow, quick):
                centre.look()
            assert [upto for upto, _ in spy.heard] == [2, 1, 2], "both have settled"
        finally:
            for way in ways:
                way.close()
            spy.close()


def test_a_receipt_is_read_as_of_one_moment(engine: Engine) -> None:
    gate, told = Gate(), []
    gate.passages(4)
    with Centre(engine) as one:
        one.take(gate.events[0], gate.events[2])
        late = ReceiptBook(lambda _, receipt: told.append(receipt))
        late.tell(Stream(GATE, gate.epoch, told="2026-11-24T01:00:00.000Z"))
        turns = [one.take]
        one.settle()  # its own first look is over

        def meanwhile(_c: object, _u: object, statement: str, *_: object) -> None:
            if statement.startswith("SELECT stream") and turns:
                turns.pop()(gate.events[1], gate.events[3])

        event.listen(engine, "after_cursor_execute", meanwhile)
        late.settle(engine)
        late.settle(engine)

    assert [(r.upto, r.ranges, r.missing) for r in told[1:]] == [
        (1, ((3, 3),), ((2, 2),)),
        (4, (), ()),
    ]


def test_a_receipt_that_could_not_be_told_is_told_later(engine: Engine) -> None:
    with Centre(engine) as centre:
        centre.heard = None  # no connection
        centre.take(*Gate().passages(3))
        told = len(centre.receipts)

        centre.look()
        again = len(centre.receipts)
        centre.heard = lambda: True
        centre.look()
        settled = len(centre.receipts)
        centre.look()

        assert told < again < settled == len(centre.receipts)
        assert {receipt.upto for _, receipt in centre.receipts} == {3}
        assert len({receipt.time for _, receipt in centre.receipts}) == 1


def _connected(port: int, name: str, folder: Path) -> Broker:
    made = Broker(
        MqttSection(url=f"mqtt://127.0.0.1:{port}"),
        site=SITE,
        clock=SystemClock(),
        signatures=unsigned(CENTRE, folder),
        hears=Hears.SHARE,
        worker=name,
        group="a-group",
    )
    made.start(lambda _: None)
    return made


def _held(receipt: Receipt) -> set[int]:
    """Return the numbers that a receipt says are here."""
    beyond = {n for first, last in receipt.ranges for n in range(first, last + 1)}
    return {*range(1, receipt.upto + 1), *beyond}
