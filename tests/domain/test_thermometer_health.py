"""What speaks against a thermometer is told by name, and a sound one is left alone."""

from __future__ import annotations

import random
from dataclasses import replace

from domain.benches import NOON, later
from domain.crowds import FACE, Queue, contact
from gate_agent.contract.measurement_records import ThermometerChecked
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.contract.records import Outcome
from gate_agent.contract.signals import Reading
from gate_agent.contract.thermometer import LOUD, Doubt, Trust
from gate_agent.domain.profile import PROFILES
from gate_agent.domain.thermometer_health import (
    Checks,
    ThermometerHealth,
    Watch,
    health,
    spread,
)

BODY = PROFILES["module-body"]
PRIOR = FACE.baseline_centi_c


def checked(at: Moment, *, passed: bool = True, row: int = 0, by: str = "contact") -> Checks:
    check = ThermometerChecked(
        reference="contact" if by == "contact" else "blackbody",
        reference_centi_c=3660,
        measured_centi_c=3660,
        surface_centi_c=3600,
        difference_centi_c=0,
        tolerance_centi_c=30,
        passed=passed,
        failed_in_row=row,
        by="guard-1",
        at=format_utc(at.utc),
    )
    return Checks().after(check)


CHECKED = checked(later(NOON, -3600))


def stream(seconds: int, ambient: int = 2400, *, noise: int = 6, start_s: float = -4000) -> Watch:
    dice = random.Random(3)  # noqa: S311 a sensor's last digit
    watch = Watch()
    for n in range(seconds * 10):
        at_ns = later(NOON, start_s + n / 10).boot_ns
        surface = 2400 + dice.randint(-noise, noise)
        watch = watch.after(Reading(surface_centi_c=surface, ambient_centi_c=ambient), at_ns)
    return watch


def crowd(count: int, middle: int = PRIOR, sd: float = 31, seed: int = 1) -> list[int]:
    dice = random.Random(seed)  # noqa: S311 people of a test
    return [round(dice.gauss(middle, sd)) for _ in range(count)]


def queue_of(skins: list[int], queue: Queue | None = None) -> Queue:
    queue = queue or Queue(now_s=NOON.boot_ns / NS_PER_S - 30 * len(skins))
    for skin in skins:
        queue.measure(skin)
    return queue


def told(
    queue: Queue | None = None,
    watch: Watch | None = None,
    checks: Checks = CHECKED,
    *,
    apart: bool = False,
) -> ThermometerHealth:
    queue = queue or Queue()
    return health(
        watch or stream(2),
        queue.memory,
        checks,
        profile=queue.profile,
        now=NOON,
        apart=apart,
    )


def test_a_sound_thermometer_before_a_healthy_crowd_is_trusted() -> None:
    for seed in range(20):
        found = told(queue_of(crowd(200, seed=seed)))

        assert (found.trust, found.doubts) == (Trust.TRUSTED, ())


def test_a_crowd_as_wide_as_foreheads_are_is_trusted_too() -> None:
    spot = PROFILES["spot-forehead"]
    for seed in range(10):
        queue = Queue(profile=spot, now_s=NOON.boot_ns / NS_PER_S - 6000)
        for skin in crowd(200, spot.baseline_centi_c, 55, seed):
            if queue.measure(skin).outcome is Outcome.ELEVATED:
                queue.recheck(queue.count, 3650)
        found = told(queue)

        assert Trust.NOT_TRUSTED is not found.trust, found.doubts


def test_a_value_that_never_moves_is_frozen_after_a_minute() -> None:
    assert told(watch=stream(59, noise=0)).trust is Trust.TRUSTED
    assert told(watch=stream(62, noise=0)).doubts == (Doubt.FROZEN,)
    assert told(watch=stream(62, noise=0)).trust is Trust.NOT_TRUSTED


def test_a_slow_sensor_needs_as_many_equal_readings_to_be_frozen() -> None:
    watch = Watch()
    still = Reading(surface_centi_c=2400, ambient_centi_c=2400)
    for second in range(99):
        watch = watch.after(still, later(NOON, second - 4000).boot_ns)
    assert told(watch=watch).trust is Trust.TRUSTED

    watch = watch.after(still, later(NOON, 99 - 4000).boot_ns)
    assert told(watch=watch).doubts == (Doubt.FROZEN,)


def test_a_frozen_value_that_moves_again_is_believed_again() -> None:
    watch = stream(70, noise=0)
    moved = watch.after(
        Reading(surface_centi_c=2407, ambient_centi_c=2400), watch.surface.newest_ns + 1
    )

    assert told(watch=moved).trust is Trust.TRUSTED


def living(minutes: int, *, still: str, person: bool = False) -> Watch:
    """Return a watch of a second's readings in which one channel stands still."""
    watch = Watch()
    for n in range(minutes * 60):
        seen = {
            "surface_centi_c": (3420 if person else 2400) + n % 5,
            "ambient_centi_c": 2400 + n % 3,
            "body_centi_c": 3650 + n % 2,
        }
        seen[still] = seen[still] - seen[still] % 10
        watch = watch.after(Reading(**seen), later(NOON, n - 4000).boot_ns)
    return watch


def test_a_living_channel_hides_no_dead_one() -> None:
    for still, minutes, person in (
        ("surface_centi_c", 2, False),
        ("ambient_centi_c", 31, False),
        ("body_centi_c", 31, True),
    ):
        assert told(watch=living(minutes, still=still, person=person)).doubts == (Doubt.FROZEN,)


def test_air_may_rest_for_half_an_hour_and_an_estimate_where_nobody_stands() -> None:
    assert told(watch=living(29, still="ambient_centi_c")).doubts == ()
    assert told(watch=living(40, still="body_centi_c")).doubts == ()


def test_an_ambient_that_is_no_temperature_is_no_sun() -> None:
    watch = stream(20)
    at_ns = watch.surface.newest_ns + 10 * NS_PER_S
    for error in (-1, 0x7FFF, -0x8000):
        once = watch.after(Reading(surface_centi_c=2600, ambient_centi_c=error), at_ns)
        assert Doubt.AMBIENT_STEP not in once.doubts(at_ns)


def test_it_warms_up_for_ten_minutes_after_power() -> None:
    assert told(watch=stream(2, start_s=-599)).doubts == (Doubt.WARMING_UP,)
    assert told(watch=stream(2, start_s=-599)).trust is Trust.DOUBTFUL
    assert told(watch=stream(2, start_s=-601)).doubts == ()


def test_air_outside_its_range_is_not_trusted() -> None:
    for ambient in (1600, 3200):
        assert told(watch=stream(40, ambient)).trust is Trust.TRUSTED
    for ambient in (1599, 3201):
        assert told(watch=stream(40, ambient)).doubts == (Doubt.AMBIENT_RANGE,)
        assert told(watch=stream(19, ambient)).trust is Trust.TRUSTED


def test_air_that_warms_by_less_than_a_step_is_no_sun() -> None:
    for ambient, step in ((2550, False), (2551, True)):
        watch = stream(20)
        at_ns = watch.surface.newest_ns + 10 * NS_PER_S
        watch = watch.after(Reading(surface_centi_c=2600, ambient_centi_c=ambient), at_ns)
        assert (Doubt.AMBIENT_STEP in watch.doubts(at_ns)) is step


def test_sun_on_the_sensor_is_told_and_forgotten_after_five_minutes() -> None:
    watch = stream(60)
    told_for = []
    for n in range(40):
        at_ns = watch.surface.newest_ns + 10 * NS_PER_S
        watch = watch.after(Reading(surface_centi_c=2600 + n, ambient_centi_c=2560), at_ns)
        told_for.append(Doubt.AMBIENT_STEP in watch.doubts(at_ns))

    assert all(told_for[:28])
    assert not any(told_for[31:])


def test_a_device_that_shows_everybody_alike_is_not_trusted() -> None:
    found = told(queue_of(crowd(30, sd=5)))

    assert Doubt.COLLAPSED in found.doubts
    assert found.trust is Trust.NOT_TRUSTED


def test_a_crowd_is_alike_under_half_the_margin_and_when_there_are_enough() -> None:
    def alike(width: int, people: int = 20) -> bool:
        skins = [PRIOR + width * (n % 4 - 1) for n in range(people)]  # the middle half: one width
        return Doubt.COLLAPSED in told(queue_of(skins)).doubts

    assert alike(12)
    assert not alike(13)
    assert not alike(0, people=19)


def test_who_came_more_than_three_hours_ago_says_nothing_of_the_sensor_now() -> None:
    queue = queue_of([PRIOR] * 30)
    assert {Doubt.COLLAPSED, Doubt.CLIPPED} <= set(told(queue).doubts)

    old = queue_of([PRIOR] * 30, Queue(now_s=NOON.boot_ns / NS_PER_S - 3 * 3600 - 901))
    assert told(old).doubts == ()


def test_values_that_pile_up_at_one_figure_are_told() -> None:
    piled = [3612 if n % 10 < 7 else skin for n, skin in enumerate(crowd(30, sd=60))]

    assert Doubt.CLIPPED in told(queue_of(piled)).doubts


def test_a_body_estimate_that_hardly_follows_the_skin_is_pulled_to_normal() -> None:
    def found(share: float) -> ThermometerHealth:
        queue = Queue(profile=BODY, now_s=NOON.boot_ns / NS_PER_S - 900)
        for skin in crowd(30, 3450, 55):
            queue.measure(skin, body=3650 + round((skin - 3450) * share))
        return told(queue)

    assert Doubt.PULLED in found(0.1).doubts
    assert Doubt.PULLED not in found(0.5).doubts


def test_fevers_that_only_the_contact_thermometer_finds_speak_against_it() -> None:
    queue = queue_of(crowd(30))
    for number in (3, 8, 12):
        seen = tuple(
            replace(s, hold_id=s.passage_id, elevated=False) if s.passage_id == f"p-{number}" else s
            for s in queue.memory.seen
        )
        queue.memory = replace(queue.memory, seen=seen).after(contact(f"p-{number}", 3850), 0)
        assert (Doubt.FEVERS_MISSED in told(queue).doubts) == (number == 12)


def test_a_thermometer_that_finds_most_fevers_is_believed() -> None:
    queue = queue_of(crowd(30))
    proven = {f"p-{number}": number % 2 == 0 for number in range(1, 9)}
    seen = tuple(
        replace(s, hold_id=s.passage_id, elevated=proven.get(s.passage_id, False))
        for s in queue.memory.seen
    )
    queue.memory = replace(queue.memory, seen=seen)
    for passage in proven:
        queue.memory = queue.memory.after(contact(passage, 3850), 0)

    assert Doubt.FEVERS_MISSED not in told(queue).doubts


def test_a_queue_of_flags_without_a_contact_reading_is_measured_by_hand() -> None:
    queue = queue_of([*crowd(60), *[PRIOR + 120] * 6])
    assert told(queue).doubts == (Doubt.UNEXPLAINED_FLAGS,)

    for number in (61, 62, 63):
        queue.recheck(number, 3820)  # a fever explains nothing: there are more than chance brings
        assert told(queue).doubts == (Doubt.UNEXPLAINED_FLAGS,)
    for number in (64, 65, 66):
        queue.recheck(number, 3650)
    queue.measure(PRIOR)
    assert told(queue).doubts == (Doubt.UNEXPLAINED_FLAGS,)
    for _ in range(6):
        queue.measure(PRIOR)

    assert told(queue).doubts == ()


def test_flags_stay_unexplained_though_the_baseline_has_followed_them() -> None:
    queue = queue_of([*crowd(60), *[PRIOR + 120] * 24])
    assert not any(seen.elevated for seen in queue.memory.seen[-6:])
    assert Doubt.UNEXPLAINED_FLAGS in told(queue).doubts

    flagged = [n for n, seen in enumerate(queue.memory.seen, start=1) if seen.elevated]
    for number in flagged[:-5]:
        queue.recheck(number, 3650)

    assert Doubt.UNEXPLAINED_FLAGS not in told(queue).doubts


def test_a_check_that_passes_explains_the_flags_before_it() -> None:
    queue = queue_of([*crowd(60), *[PRIOR + 120] * 6])

    assert told(queue, checks=checked(NOON)).doubts == ()


def test_an_hour_unlike_the_others_is_told() -> None:
    queue = queue_of([*crowd(150), *crowd(40, PRIOR - 130)])

    assert Doubt.SHIFTED in told(queue).doubts
    assert told(queue).trust is Trust.DOUBTFUL


def test_an_hour_that_differs_a_little_or_at_a_new_door_is_not_told() -> None:
    def shifted(yesterday: int, shift: int) -> bool:
        noon_s = NOON.boot_ns / NS_PER_S
        queue = queue_of(crowd(yesterday), Queue(now_s=noon_s - 86_400))
        queue.now_s = noon_s - 900
        return Doubt.SHIFTED in told(queue_of(crowd(15, PRIOR - shift), queue)).doubts

    assert shifted(45, 130)
    assert not shifted(45, 80)
    assert not shifted(44, 130)


def test_a_door_unlike_the_other_is_doubtful_and_goes_on_deciding() -> None:
    found = told(queue_of(crowd(30)), apart=True)

    assert (found.trust, found.doubts) == (Trust.DOUBTFUL, (Doubt.ELSEWHERE,))


def test_a_check_is_due_once_a_day() -> None:
    assert told(checks=Checks()).doubts == (Doubt.CHECK_OVERDUE,)
    assert told(checks=checked(later(NOON, -25 * 3600))).doubts == ()
    assert told(checks=checked(later(NOON, -27 * 3600))).trust is Trust.DOUBTFUL


def test_one_failed_contact_check_asks_for_a_second_and_a_black_body_for_none() -> None:
    once = checked(NOON, passed=False, row=1)
    twice = checked(NOON, passed=False, row=2)
    body = checked(NOON, passed=False, row=1, by="blackbody")

    assert Doubt.CHECK_REPEAT in told(checks=once).doubts
    assert told(checks=once).trust is Trust.DOUBTFUL
    assert told(checks=twice).trust is Trust.NOT_TRUSTED
    assert told(checks=body).trust is Trust.NOT_TRUSTED
    assert told(checks=replace(twice, passed=checked(later(NOON, 1)).passed)).doubts == ()


def test_every_loud_doubt_takes_the_trust_and_no_other_does() -> None:
    for doubt in Doubt:
        wanted = Trust.NOT_TRUSTED if doubt in LOUD else Trust.DOUBTFUL
        assert ThermometerHealth((doubt,)).trust is wanted


def test_the_spread_is_that_of_the_middle_half() -> None:
    assert spread(list(range(100))) == 49
    assert spread([5] * 9) == 0
