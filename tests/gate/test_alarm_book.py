"""Alarms: their priorities, what rings anew, what chatters, how many there were."""

from __future__ import annotations

from dataclasses import replace

from domain.benches import FEVER, Bench, hold_step
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.records import DeviceState, HoldState
from gate_agent.gate.alarms import (
    CHATTER_S,
    SHIFT_S,
    AlarmBook,
    AlarmView,
    Matter,
    Priority,
    of_people,
    of_the_gate,
)
from gate_agent.testing import FakeClock

LOST = Matter(priority=Priority.MEDIUM, technical=True, what="lost", about="thermometer")
FLAGGED = Matter(priority=Priority.HIGH, technical=False, what="flagged", about="h-1")


def matter(**changes: object) -> list[tuple[str, Priority, bool]]:
    well: dict[str, object] = {
        "devices": [("thermometer", DeviceState.OK)],
        "thermometer_trusted": True,
        "journal_writable": True,
        "uplink_state": "connected",
        "oldest_pending_s": 0,
        "clock": ClockQuality.SYNCED,
        "policy_read": True,
    }
    found = of_the_gate(**(well | changes))  # type: ignore[arg-type]
    return [(one.key, one.priority, one.technical) for one in found]


def test_a_fault_of_the_gate_is_technical_and_never_of_high_priority() -> None:
    assert matter() == []
    assert matter(journal_writable=False) == [("journal", Priority.MEDIUM, True)]
    assert matter(devices=[("id_reader", DeviceState.STALE)]) == [
        ("stale:id_reader", Priority.MEDIUM, True)
    ]
    assert matter(thermometer_trusted=False) == [("untrusted:thermometer", Priority.MEDIUM, True)]
    assert matter(policy_read=False) == [("policy", Priority.MEDIUM, True)]
    assert matter(uplink_state="connecting", oldest_pending_s=59) == []
    assert matter(uplink_state="connecting", oldest_pending_s=60) == [
        ("uplink", Priority.LOW, True)
    ]
    assert matter(uplink_state="refused") == [("uplink", Priority.LOW, True)]
    assert matter(clock=ClockQuality.STEPPED) == [("clock", Priority.LOW, True)]


def test_a_held_person_rings_high_until_somebody_answers_and_when_a_step_is_missed() -> None:
    bench = Bench()
    bench.steady(FEVER)

    def alarms() -> list[tuple[str, Priority, int]]:
        found = of_people(bench.door.holds, bench.door.contacts, bench.now)
        return [(one.what, one.priority, one.level) for one in found]

    assert alarms() == [("flagged", Priority.HIGH, 0)]
    bench.wait(15)
    assert alarms() == [("flagged", Priority.HIGH, 1)]
    bench.take(hold_step(bench, HoldState.ACKNOWLEDGED))
    assert alarms() == []
    bench.wait(541)
    assert alarms() == [("due_soon", Priority.MEDIUM, 0)]
    bench.wait(60)
    assert alarms() == [("overdue", Priority.HIGH, 1)]


def test_what_stands_rings_once_and_again_when_it_gets_worse_or_comes_back() -> None:
    clock = FakeClock()
    book = AlarmBook(clock.now())

    def look(*standing: Matter) -> list[tuple[str, int]]:
        return [(view.id, view.rung) for view in book.look(standing, clock.advance(1))]

    assert look(FLAGGED) == [("flagged:h-1", 1)]
    assert look(FLAGGED) == [("flagged:h-1", 1)]
    assert look(replace(FLAGGED, level=1)) == [("flagged:h-1", 2)]
    assert look() == []
    assert look(FLAGGED) == [("flagged:h-1", 3)]
    assert book.counts(clock.now()).high == 3


def test_a_fault_that_comes_and_goes_is_shown_once_steadily_with_its_count() -> None:
    clock = FakeClock()
    book = AlarmBook(clock.now())
    seen: list[tuple[AlarmView, ...]] = []
    for _ in range(6):
        seen.append(book.look((LOST,), clock.advance(2)))
        seen.append(book.look((), clock.advance(2)))

    assert [views[0].rung for views in seen[::2]] == [1, 2, 3, 3, 3, 3]
    assert [bool(views) for views in seen[1::2]] == [False, False, False, True, True, True]
    assert (seen[-1][0].times, seen[-1][0].chatters) == (6, True)
    counts = book.counts(clock.now())
    assert (counts.medium, counts.suppressed) == (3, 3)

    clock.advance(CHATTER_S)
    assert book.look((), clock.now()) == ()
    assert book.look((LOST,), clock.now())[0].rung == 1


def test_a_persons_alarm_is_never_suppressed_however_often_it_comes() -> None:
    clock = FakeClock()
    book = AlarmBook(clock.now())

    for n in range(1, 9):
        (view,) = book.look((FLAGGED,), clock.advance(1))
        assert (view.rung, view.chatters) == (n, False)
        assert book.look((), clock.advance(1)) == ()

    assert book.counts(clock.now()).suppressed == 0


def test_the_gravest_comes_first_and_the_count_is_of_one_shift() -> None:
    clock = FakeClock()
    book = AlarmBook(clock.now())
    late = Matter(priority=Priority.LOW, technical=True, what="uplink")

    views = book.look((late, LOST, FLAGGED), clock.now())

    assert [view.priority for view in views] == [Priority.HIGH, Priority.MEDIUM, Priority.LOW]
    clock.advance(SHIFT_S + 1)
    assert book.counts(clock.now()).high == 0
