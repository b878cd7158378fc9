"""Ingest on SQLite and PostgreSQL: once each, committed before the receipt, in any order."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import Engine

from children import wait_until
from collector.recorded_gates import BEGAN, GATE, Gate, hold, passage
from collector.running_centre import Centre, bodies
from gate_agent.contract.messages import LINK_0
from gate_agent.contract.records import Decision
from gate_collector.ledger.verify import verify
from gate_collector.store.schema import HOLD, PASSAGE, QUARANTINE, STREAM


def test_events_are_stored_as_they_came_and_receipted(centre: Centre) -> None:
    gate = Gate()
    events = [*gate.passages(4), gate.append(hold(5))]

    centre.take(*events)

    rows = centre.rows()
    assert [bytes(row.body) for row in rows] == bodies(events)
    assert [row.severity for row in rows] == ["routine"] * 4 + ["urgent"]
    assert [bytes(row.link) for row in rows] == [event.link for event in events]
    assert [bytes(row.bodysha256) for row in rows] == [sha256(b).digest() for b in bodies(events)]
    assert {row.historical for row in rows} == {False}
    assert centre.receipts[-1][0] == GATE
    assert (centre.receipt.upto, centre.receipt.link) == (5, gate.link.hex())


def test_a_receipt_is_byte_for_byte_what_the_design_says(centre: Centre) -> None:
    gate = Gate()
    events = gate.passages(9)

    centre.take(*events[:2], *events[3:5], events[8])

    expected = (
        f'{{"epoch":"{gate.epoch}","upto":2,"link":"{events[1].link.hex()}",'
        f'"ranges":[[4,5],[9,9]],"missing":[[3,3],[6,8]],"time":"2026-11-24T02:00:00.00%Z"}}'
    )
    written = centre.receipt.encode().decode()
    batch = written[-4]  # each batch's receipt is a millisecond after the one before
    assert batch in "01234"
    assert written == expected.replace("%", batch)


def test_repeats_change_nothing_and_are_receipted_again(centre: Centre) -> None:
    events = Gate().passages(6)
    centre.take(*events)
    before, told = centre.rows(), len(centre.receipts)

    centre.take(*events, *events, events[3])

    assert centre.rows() == before
    assert len(centre.receipts) > told
    assert centre.receipt.upto == 6
    assert centre.rows(QUARANTINE) == []


@pytest.mark.parametrize("seed", range(4))
def test_any_order_with_repeats_ends_the_same(centre: Centre, seed: int) -> None:
    gate, chance = Gate(), random.Random(seed)  # noqa: S311 no secret
    events = gate.passages(60)
    shuffled = [*events, *chance.choices(events, k=30)]
    chance.shuffle(shuffled)

    for first in range(0, len(shuffled), 7):
        centre.take(*shuffled[first : first + 7])
        receipt, held = centre.receipt, set(centre.sequences())
        told = set(range(1, receipt.upto + 1))
        told |= {n for first, last in receipt.ranges for n in range(first, last + 1)}
        assert told == held
        missing = {n for first, last in receipt.missing for n in range(first, last + 1)}
        assert missing == set(range(1, max(held) + 1)) - held

    assert (centre.receipt.upto, centre.receipt.link) == (60, gate.link.hex())
    assert centre.receipt.ranges == centre.receipt.missing == ()


def test_a_broken_chain_stops_the_receipt_and_is_set_aside(centre: Centre) -> None:
    gate, other = Gate(), Gate()
    gate.passages(5)
    other.append(hold(1))
    other.passages(4)
    centre.take(*gate.events[:2])

    centre.take(other.events[2], other.events[4])

    (aside,) = centre.rows(QUARANTINE)
    assert (aside.gate, aside.sequence, bytes(aside.body)) == (GATE, 3, other.events[2].body)
    assert "does not follow" in aside.why
    assert centre.sequences() == [1, 2, 5]
    assert (centre.receipt.upto, centre.receipt.ranges) == (2, ((5, 5),))
    assert ("mismatch", GATE) in centre.standing()
    centre.take(*gate.events)
    assert centre.receipt.upto == 4, "a forged 5 was first, and falls when 4 shows that it is"
    centre.take(gate.events[4])
    assert (centre.receipt.upto, centre.receipt.link) == (5, gate.link.hex())


def test_another_event_of_a_known_number_is_set_aside_and_the_first_stays(centre: Centre) -> None:
    gate = Gate()
    gate.passages(5)
    clone = gate.twin(3)
    clone.append(passage(99, Decision.DENY))
    centre.take(*gate.events)

    centre.take(clone.events[3], clone.events[3])

    (aside,) = centre.rows(QUARANTINE)
    assert (aside.sequence, aside.epoch, aside.times) == (4, gate.epoch, 2)
    assert [bytes(row.body) for row in centre.rows()] == bodies(gate.events)
    assert ("mismatch", GATE) in centre.standing()
    assert centre.receipt.link == gate.link.hex()


def test_two_of_one_number_in_one_batch_are_told_apart(centre: Centre) -> None:
    gate = Gate()
    clone = gate.twin(0)
    first, second = gate.append(passage(1)), clone.append(passage(2))

    centre.ingest.offer(first.message)
    centre.take(second)

    assert [bytes(row.body) for row in centre.rows()] == [first.body]
    assert len(centre.rows(QUARANTINE)) == 1


def test_epochs_and_gates_are_chains_of_their_own(centre: Centre) -> None:
    old, new, other = Gate(), Gate(epoch="c" * 32), Gate("central-2f")
    centre.take(*old.passages(3))
    centre.clock.advance(1)
    centre.take(*other.passages(4), *new.passages(2))

    centre.receipts.clear()
    centre.ingest.tell_all()
    centre.look()
    receipts = dict(centre.receipts)

    assert (receipts[GATE].epoch, receipts[GATE].upto) == (new.epoch, 2)
    assert (receipts["central-2f"].epoch, receipts["central-2f"].upto) == (other.epoch, 4)
    assert {(r.gate, r.epoch, r.events) for r in centre.rows(STREAM)} == {
        (GATE, old.epoch, 3),
        (GATE, new.epoch, 2),
        ("central-2f", other.epoch, 4),
    }


def test_a_restarted_collector_goes_on_where_it_was(engine: Engine) -> None:
    gate = Gate()
    events = gate.passages(9)
    with Centre(engine) as first:
        first.take(*events[:3], *events[5:7])

    with Centre(engine) as second:
        second.ingest.tell_all()
        second.look()
        ((_, told),) = second.receipts
        assert (told.upto, told.ranges, told.missing) == (3, ((6, 7),), ((4, 5),))
        second.take(*events[3:5], *events[7:])

        assert (second.receipt.upto, second.receipt.link) == (9, gate.link.hex())


def test_two_collectors_share_the_events_of_one_gate(engine: Engine) -> None:
    gate, chance = Gate(), random.Random(7)  # noqa: S311 no secret
    events = gate.passages(120)
    parts = [events[0::2] + events[1::10], events[1::2] + events[0::10]]
    with Centre(engine) as one, Centre(engine) as other:
        for part in parts:
            chance.shuffle(part)
        for mine, theirs in zip(*parts, strict=True):
            one.ingest.offer(mine.message)
            other.ingest.offer(theirs.message)
        one.settle()
        other.settle()

        told = max(one.receipt, other.receipt, key=lambda receipt: receipt.time)
        assert (told.upto, told.link, told.missing) == (120, gate.link.hex(), ())
        assert one.sequences() == list(range(1, 121))
        assert one.rows(STREAM)[0].events == 120
        assert one.rows(QUARANTINE) == []


def test_what_waited_at_the_gate_is_known_as_such(centre: Centre) -> None:
    first, second = Gate().passages(2)

    centre.take(replace(first.message, historical=True), second)
    wait_until(lambda: len(centre.rows()) == 2, "what waited, after what happens now")

    assert [row.historical for row in centre.rows()] == [True, False]


def test_the_views_know_the_newest_whatever_came_first(centre: Centre) -> None:
    gate = Gate()
    first, second = gate.append(passage(1, Decision.RECHECK)), gate.append(passage(1))
    opened = gate.append(hold(1))

    centre.take(opened, second, first)

    assert [(r.passage_id, r.decision) for r in centre.rows(PASSAGE)] == [("p1", "admit")]
    assert [(r.hold_id, r.state) for r in centre.rows(HOLD)] == [("h1", "flagged")]


def test_a_passage_that_was_decided_before_is_decided_anew_among_many(centre: Centre) -> None:
    gate = Gate()
    centre.take(gate.append(passage(7, Decision.RECHECK)), gate.append(passage(8)))
    again = [gate.append(passage(number)) for number in range(1, 30) if number != 8]
    late = gate.append(passage(8, Decision.DENY))

    centre.take(late, *again)

    found = {row.passage_id: row.decision for row in centre.rows(PASSAGE)}
    assert len(found) == 29
    assert found["p7"] == "admit"
    assert found["p8"] == "deny"
    assert centre.receipt.upto == len(gate.events)


def test_a_store_that_is_away_is_waited_for_and_nothing_is_receipted_meanwhile(
    store: str, engine: Engine, request: pytest.FixtureRequest
) -> None:
    if store.startswith("sqlite"):
        away, back = _aside(engine)
    else:
        cluster = request.getfixturevalue("cluster")
        away, back = cluster.stop, cluster.start
    gate = Gate()
    with Centre(engine) as centre:
        centre.take(*gate.passages(2))
        away()
        told = len(centre.receipts)
        for event in gate.passages(3):
            centre.ingest.offer(event.message)
        while not centre.ingest.failing:
            centre.ingest.offer(gate.says(at=BEGAN))
        assert len(centre.receipts) == told

        back()
        centre.settle()

        assert centre.ingest.failing == ""
        assert centre.receipt.upto == 5
        assert re.fullmatch("[0-9a-f]{64}", centre.receipt.link)
        assert centre.receipt.link != LINK_0.hex()


def _aside(engine: Engine) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return how to take the table of events away, and how to bring it back."""

    def rename(old: str, new: str) -> Callable[[], None]:
        def do() -> None:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

        return do

    return rename("event", "elsewhere"), rename("elsewhere", "event")


def test_a_store_that_lost_what_was_receipted_says_so_to_a_door_that_says_nothing_new(
    centre: Centre,
) -> None:
    gate, other = Gate(), Gate("central-2f")
    gate.passages(3)
    other.passages(3)
    centre.take(*gate.events[:2])
    before = centre.receipt.time
    waiting = gate.says(at=BEGAN, pending=1)
    centre.take(waiting, gate.says(at=BEGAN, state="lost"))
    assert len(centre.receipts) == 1

    centre.take(gate.says(at=BEGAN))  # it waits for nothing, and has three
    assert centre.receipt.upto == 2
    assert centre.receipt.time > before

    centre.take(other.says(at=BEGAN))  # of which nothing is here
    assert centre.receipts[-1][0] == other.gate
    assert (centre.receipt.upto, centre.receipt.link) == (0, LINK_0.hex())

    centre.take(*gate.events, *other.events)
    for one in (gate, other):
        (said,) = verify(centre.engine, one.gate)
        assert " events 3 last 3 " in said
