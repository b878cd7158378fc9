"""What the centre's rooms ask of the store beside the events themselves."""

from __future__ import annotations

from sqlalchemy import select

from collector.hall_of_doors import TEN, hall, ref
from gate_agent.contract.moment import format_utc
from gate_collector.store.schema import HOLD, NOTABLE, PASSAGE


def test_a_passage_is_found_by_its_person_and_time(store: str) -> None:
    with hall(store) as one:
        one.west.passage(who="someone")

        one.settle()

        with one.engine.connect() as connection:
            row = connection.execute(
                select(PASSAGE).where(PASSAGE.c.person_ref == ref("someone"))
            ).one()
    assert (row.gate, row.epoch, row.sequence) == ("west-1f", one.west.epoch, 1)
    assert row.decided == format_utc(TEN)
    assert row.started < row.decided


def test_what_is_no_passage_is_noted_in_the_order_of_arrival(store: str) -> None:
    with hall(store) as one:
        one.west.hold("hold-1")
        one.west.close("hold-1", "transferred")

        one.settle()

        with one.engine.connect() as connection:
            noted = connection.execute(select(NOTABLE).order_by(NOTABLE.c.id)).all()
            held = connection.execute(select(HOLD)).one()
    assert [(row.type, row.severity, row.subject) for row in noted] == [
        ("gate.hold.opened.v1", "urgent", "hold-1"),
        ("gate.hold.closed.v1", "urgent", "hold-1"),
    ]
    assert (held.state, held.outcome, held.person_ref) == ("closed", "transferred", ref("feverish"))
