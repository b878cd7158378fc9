"""The centre asks a door that is away: real broker with its rules, real door, done once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from children import wait_until
from collector.hall_of_doors import ZONE
from gate_agent.contract.found_orders import HallPlace
from gate_agent.contract.records import Category
from gate_agent.contract.signed import CENTRE
from gate_agent.host.clock import SystemClock
from gate_collector.ingest.broker import Broker
from gate_collector.ingest.writer import Ingest
from gate_collector.live.found_orders import OrderBook, OrderState
from gate_collector.store.opening import open_store
from security.secured_hall import SITE, Hall, hall
from signatures import unsigned
from system.test_both_doors import at
from system.test_people_at_once import Door

_WEST = "west-1f"
_WITHIN_S = 60


@contextmanager
def centre(one: Hall, folder: Path) -> Iterator[OrderBook]:
    """What takes events and gives orders, as the collector puts it together."""
    engine, clock = open_store(f"sqlite:///{folder / 'collector.sqlite'}"), SystemClock()
    signatures = unsigned(CENTRE, folder)
    broker = Broker(one.section("collector"), site=SITE, clock=clock, signatures=signatures)
    ingest = Ingest(
        engine,
        site=SITE,
        zone=ZONE,
        clock=clock,
        publish=broker.tell,
        hearing=lambda: broker.hearing,
    )
    book = OrderBook(engine, site=SITE, clock=clock, publish=broker.publish)
    ingest.start()
    broker.start(ingest.offer, book.publish)
    try:
        wait_until(lambda: broker.hearing.connected, "the centre to hear", _WITHIN_S)
        yield book
    finally:
        ingest.close()
        broker.close()
        engine.dispose()


def test_a_door_that_was_away_holds_who_fell_ill_inside_and_does_it_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(hall(tmp_path))
        book = stack.enter_context(centre(one, tmp_path))
        book.order(
            gate=_WEST, place=HallPlace.WAITING, person_ref="ab" * 32,
            category=Category.VISITOR, by="王主任", role="office",
        )  # fmt: skip
        assert book.lines()[0].state is OrderState.WAITING
        door = stack.enter_context(Door(tmp_path / "door", at(one, _WEST)))
        wait_until(lambda: book.lines()[0].state is OrderState.DONE, "the answer", _WITHIN_S)

        (hold,) = door.state()["holds"]
        assert (hold["reason"], hold["place"]) == ("found_inside", "等候区")
        assert hold["ordered_by"] == "王主任"
        answer = book.lines()[0].answer
        assert answer is not None
        assert answer.hold_id == hold["hold_id"]

        door.gate.kill()
        door.gate.start()
        wait_until(door.is_up, "the door to be back", _WITHIN_S)
        book.publish()
        wait_until(lambda: door.state()["uplink"]["pending"] == 0, "the broker", _WITHIN_S)
        assert [one["hold_id"] for one in door.state()["holds"]] == [hold["hold_id"]]
        assert len(door.told("order.answered")) == 1
