"""Flow: bytes under way grow on a quick line, and stay few on a slow one."""

from __future__ import annotations

from gate_agent.contract.moment import NS_PER_S
from gate_agent.uplink.flow import LEAST_BYTES, MOST_BYTES, Flow

_SIZE = 900


class _Way:
    """A line of one speed after another, and what is under way on it."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._now = self._free = 0.0
        self._number = 0
        self._coming: list[tuple[float, int, float]] = []

    def run(self, *, bytes_per_s: float, way_s: float, seconds: float) -> list[float]:
        """Send whatever may go; return how long each took, in seconds."""
        took: list[float] = []
        end = self._now + seconds
        while self._now < end:
            while self._flow.has_room:
                self._number += 1
                self._free = max(self._now, self._free) + _SIZE / bytes_per_s
                self._flow.sent(self._number, _SIZE, round(self._now * NS_PER_S))
                self._coming.append((self._free + way_s, self._number, self._now))
            self._now, done, sent = self._coming.pop(0)
            self._flow.acknowledged(done, round(self._now * NS_PER_S))
            took.append(self._now - sent)
        return took


def test_at_64_kbit_s_about_half_a_second_is_queued_in_front_of_an_urgent_event() -> None:
    took = _Way(Flow(100)).run(bytes_per_s=8000, way_s=0.05, seconds=60)

    assert max(took) < 0.85  # the very first: what one may begin with
    assert sorted(took)[len(took) * 95 // 100] < 0.6
    assert len(took) * _SIZE > 0.85 * 60 * 8000  # and the line is used


def test_on_a_quick_line_the_bytes_are_no_limit() -> None:
    flow = Flow(100)

    took = _Way(flow).run(bytes_per_s=10_000_000, way_s=0.02, seconds=5)

    assert flow.limit > 98 * _SIZE
    assert len(took) / 5 > 0.8 * 98 / 0.0288


def test_a_long_way_is_not_taken_for_a_queue() -> None:
    took = _Way(Flow(1000)).run(bytes_per_s=1_000_000, way_s=0.6, seconds=20)

    assert len(took) * _SIZE > 0.4 * 20 * 1_000_000


def test_a_line_that_becomes_slow_is_noticed_within_a_round() -> None:
    flow = Flow(100)
    way = _Way(flow)
    way.run(bytes_per_s=10_000_000, way_s=0.02, seconds=5)
    wide = flow.limit

    took = way.run(bytes_per_s=8000, way_s=0.02, seconds=60)

    assert wide > 50 * LEAST_BYTES
    assert flow.limit < 4 * LEAST_BYTES
    assert max(took[-20:]) < 0.7


def test_the_limit_stays_between_its_ends() -> None:
    flow = Flow(10**6)
    _Way(flow).run(bytes_per_s=10**9, way_s=0.001, seconds=0.1)
    assert flow.limit == MOST_BYTES

    slow = Flow(100)
    _Way(slow).run(bytes_per_s=300, way_s=0.5, seconds=300)
    assert slow.limit == LEAST_BYTES


def test_places_are_kept_for_urgent_events() -> None:
    flow = Flow(5)
    for number in range(3):
        flow.sent(number, 10, 0)

    assert not flow.has_room
    assert flow.has_urgent_room
    flow.sent(3, 10, 0)
    flow.sent(4, 10, 0)
    assert not flow.has_urgent_room
    assert flow.waits_ns(7) == 7
    flow.acknowledged(0, 9)
    assert flow.has_urgent_room
    assert flow.under_way == 4


def test_an_acknowledgement_of_something_else_changes_nothing() -> None:
    flow = Flow(5)
    before = flow.limit

    flow.acknowledged(77, 1)

    assert (flow.limit, flow.under_way, flow.waits_ns(10)) == (before, 0, 0)
