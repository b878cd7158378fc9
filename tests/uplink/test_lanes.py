"""Lanes: every event is handed out, urgent first, in order in a lane, nothing after a receipt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gate_agent.contract.records import Severity
from gate_agent.uplink.lanes import FEW_HISTORY, MOST_HISTORY, MOST_READY, Lanes, Outgoing

URGENT, ROUTINE = Severity.URGENT, Severity.ROUTINE
_BATCH = 7


class Outbox:
    """A journal in memory, and lanes over it, read as the publisher reads."""

    def __init__(self, severities: list[Severity]) -> None:
        self.events = [Outgoing(n, s, b"") for n, s in enumerate(severities, start=1)]
        self.lanes = Lanes(len(self.events))

    def append(self, severity: Severity, *, told: bool = True) -> Outgoing:
        event = Outgoing(len(self.events) + 1, severity, b"")
        self.events.append(event)
        if told:
            self.lanes.fresh(event)
        return event

    def take(self, *, routine: bool = True) -> Outgoing | None:
        while True:
            while (lane := self.lanes.wanted()) is not None:
                found = [e for e in self.events if e.sequence > lane.seen]
                found = [e for e in found if e.severity is lane.severity][:_BATCH]
                self.lanes.fill(lane, found, whole=len(found) < _BATCH)
            event = self.lanes.take(routine=routine)
            if event is not None or self.lanes.wanted() is None:
                return event

    def drain(self) -> list[int]:
        taken = []
        while (event := self.take()) is not None:
            taken.append(event.sequence)
        return taken


def test_urgent_overtakes_a_backlog_and_each_lane_keeps_its_order() -> None:
    outbox = Outbox([ROUTINE, ROUTINE, URGENT, ROUTINE, URGENT])

    assert outbox.drain() == [3, 5, 1, 2, 4]


def test_urgent_goes_first_also_when_all_that_was_read_of_it_is_receipted_out_of_order() -> None:
    outbox = Outbox([URGENT] * (_BATCH + 1))
    assert outbox.take() == outbox.events[0]
    outbox.append(ROUTINE)
    outbox.lanes.receipted(0, [(2, _BATCH)])

    assert outbox.drain() == [_BATCH + 1, _BATCH + 2]


def test_what_happens_now_overtakes_what_waited_and_is_not_marked() -> None:
    outbox = Outbox([ROUTINE] * 3)
    waited = outbox.take()
    now = outbox.append(ROUTINE)
    hold = outbox.append(URGENT)

    assert outbox.drain() == [hold.sequence, now.sequence, 2, 3]
    assert waited is not None
    assert outbox.lanes.is_history(waited)
    assert not outbox.lanes.is_history(now)
    assert not outbox.lanes.is_history(hold)


def test_without_room_for_routine_only_urgent_events_go() -> None:
    outbox = Outbox([ROUTINE, URGENT, ROUTINE])

    urgent, none = outbox.take(routine=False), outbox.take(routine=False)

    assert urgent is not None
    assert urgent.sequence == 2
    assert none is None


def test_history_waits_for_receipts_and_what_happens_now_does_not() -> None:
    outbox = Outbox([ROUTINE] * (MOST_HISTORY + 50))

    assert outbox.drain() == list(range(1, MOST_HISTORY + 1))
    assert outbox.lanes.is_idle
    now = outbox.append(ROUTINE)
    assert outbox.drain() == [now.sequence]
    outbox.lanes.receipted(20, [(now.sequence, now.sequence)])
    assert outbox.drain() == list(range(MOST_HISTORY + 1, MOST_HISTORY + 21))


def test_history_goes_slowly_while_something_happens_at_the_door() -> None:
    outbox = Outbox([ROUTINE] * (MOST_HISTORY + 50))
    outbox.lanes.is_busy = True

    assert outbox.drain() == list(range(1, FEW_HISTORY + 1))
    assert outbox.lanes.is_idle
    outbox.lanes.receipted(10, ())
    assert outbox.drain() == list(range(FEW_HISTORY + 1, FEW_HISTORY + 11))


def test_a_gap_that_stays_does_not_stop_what_comes_behind_it() -> None:
    outbox = Outbox([ROUTINE] * (MOST_HISTORY + 50))
    outbox.drain()

    outbox.lanes.receipted(0, [(2, MOST_HISTORY)])

    assert outbox.drain() == list(range(MOST_HISTORY + 1, MOST_HISTORY + 51))


def test_more_fresh_events_than_memory_holds_are_read_from_the_journal_again() -> None:
    outbox = Outbox([])
    many = [outbox.append(ROUTINE).sequence for _ in range(MOST_READY + 30)]

    assert outbox.drain() == many


def test_a_commit_told_after_the_rewind_that_saw_it_is_handed_out_once() -> None:
    outbox = Outbox([])
    late = outbox.append(ROUTINE, told=False)
    outbox.lanes.rewind(late.sequence)
    outbox.lanes.fresh(late)

    assert outbox.drain() == [late.sequence]


@given(
    st.lists(st.sampled_from([URGENT, ROUTINE]), max_size=60),
    st.sets(st.integers(1, 60)),
)
def test_only_what_has_no_receipt_is_handed_out(there: list[Severity], held: set[int]) -> None:
    outbox = Outbox(there)
    upto = next(n for n in range(62) if n + 1 not in held)
    outbox.lanes.receipted(upto, [(n, n) for n in sorted(held) if n > upto])

    expected = {e.sequence for e in outbox.events} - held

    assert sorted(outbox.drain()) == sorted(expected)


class Life(RuleBasedStateMachine):
    """Commits, publishes, receipts and new connections, in any order."""

    @initialize(there=st.lists(st.sampled_from([URGENT, ROUTINE]), max_size=30))
    def begin(self, there: list[Severity]) -> None:
        self.outbox = Outbox(there)
        self.held: set[int] = set()
        self.published: list[Outgoing] = []  # on this connection

    @rule(severity=st.sampled_from([URGENT, ROUTINE]), told=st.booleans())
    def commit(self, severity: Severity, *, told: bool) -> None:
        event = self.outbox.append(severity, told=told)
        if not told:  # the call is under way while the connection begins again
            self.connect()
            self.outbox.lanes.fresh(event)

    @rule(routine=st.booleans())
    def publish(self, *, routine: bool) -> None:
        event = self.outbox.take(routine=routine)
        sent = {e.sequence for e in self.published}
        waiting = [e for e in self.outbox.events if e.sequence not in sent | self.held]
        urgent = [e for e in waiting if e.severity is URGENT]
        if event is None:
            assert not urgent
            assert not (routine and waiting)
            return
        assert event in waiting
        if urgent:
            assert event == urgent[0]
        else:
            history = self.outbox.lanes.is_history(event)
            lane = [e for e in waiting if self.outbox.lanes.is_history(e) is history]
            assert event == lane[0]
        self.published.append(event)

    @rule(data=st.data())
    @precondition(lambda self: self.published)
    def receipt(self, data: st.DataObject) -> None:
        came = data.draw(st.lists(st.sampled_from(self.published)))
        self.held |= {e.sequence for e in came}
        upto = next(n for n in range(10**6) if n + 1 not in self.held)
        self.outbox.lanes.receipted(upto, [(n, n) for n in sorted(self.held) if n > upto])

    @rule()
    def connect(self) -> None:
        self.published.clear()
        self.outbox.lanes.rewind(len(self.outbox.events))

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self.connect()
            rest = {e.sequence for e in self.outbox.events} - self.held
            assert set(self.outbox.drain()) == rest


TestLife = Life.TestCase
