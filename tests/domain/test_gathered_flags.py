"""Many flags, or many fevers, among the newest people: everybody meets the contact thermometer."""

from __future__ import annotations

import pytest

from domain.benches import NOON
from domain.crowds import Queue, contact
from domain.test_thermometer_health import CHECKED, PRIOR, crowd, queue_of
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.records import Outcome
from gate_agent.contract.thermometer import Doubt
from gate_agent.domain.profile import PROFILES
from gate_agent.domain.thermometer_health import Watch, health, too_many


def untrusted(queue: Queue) -> bool:
    now = Moment(utc=NOON.utc, boot_ns=queue.now_ns)
    found = health(Watch(), queue.memory, CHECKED, profile=queue.profile, now=now)
    return Doubt.UNEXPLAINED_FLAGS in found.doubts


def by_hand(queue: Queue, skins: list[int], reading: int | None) -> list[bool]:
    """Let people come as the door would have it; return who was flagged, or measured by hand."""
    caught = []
    for skin in skins:
        hand, first = untrusted(queue), queue.count
        flagged = queue.measure(skin, untrusted=hand).outcome is Outcome.ELEVATED
        caught.append(flagged or hand)
        late = first - 4
        if reading is not None and late > 0 and queue.memory.seen[late - 1].hold_id:
            queue.recheck(late, reading)
    return caught


@pytest.mark.parametrize("reading", [3850, None])
def test_nine_of_ten_in_a_feverish_queue_are_stopped_though_the_sensor_finds_six(
    reading: int | None,
) -> None:
    spot, stopped = PROFILES["spot-forehead"], []
    for seed in range(6):
        queue = Queue(profile=spot, now_s=NOON.boot_ns / NS_PER_S - 9000)
        for skin in crowd(60, spot.baseline_centi_c, 35):
            queue.measure(skin)
        for seen in queue.memory.seen:
            if seen.elevated:
                queue.memory = queue.memory.after(contact(seen.hold_id or "", 3650), 0)
        stopped += by_hand(queue, crowd(30, spot.baseline_centi_c + 72, 40, seed), reading)

    assert sum(stopped) / len(stopped) >= 0.9


def test_flags_in_a_row_that_nobody_answers_send_everybody_to_the_contact_thermometer() -> None:
    queue = queue_of(crowd(60))
    for seen in queue.memory.seen:
        if seen.elevated:
            queue.memory = queue.memory.after(contact(seen.hold_id or "", 3650), 0)
    came = 0
    while not untrusted(queue):
        queue.measure(PRIOR + 150)
        came += 1
    by_hand(queue, crowd(40, PRIOR + 150, seed=4), None)

    assert came <= 15
    assert untrusted(queue)


def test_everybody_by_hand_ends_with_readings_of_healthy_people() -> None:
    queue = queue_of([*crowd(60, sd=20), *[PRIOR + 150] * 6])
    for _ in range(20):
        assert untrusted(queue)
        queue.measure(PRIOR, untrusted=True)  # and walks away
    for number in range(61, 87):
        queue.recheck(number, 3650)

    assert not untrusted(queue)


def test_what_is_too_many_flags_follows_the_wanted_rate() -> None:
    assert [too_many(10, permille) for permille in (20, 50, 100, 200)] == [3, 3, 4, 6]
    assert [too_many(30, permille) for permille in (20, 50, 100, 200)] == [4, 6, 8, 12]
