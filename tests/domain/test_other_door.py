"""Two doors beside each other: who drifts alone is found, and nobody is blamed for silence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from domain.benches import NOON, later
from domain.crowds import FACE, Queue
from gate_agent.contract.measurement_records import ThermometerChecked, ThermometerCompared
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.contract.thermometer import ThermometerState, Trust
from gate_agent.domain.other_door import (
    LEVEL_LEAST,
    LEVEL_PEOPLE,
    TOGETHER_CENTI_C,
    Comparison,
    level_of,
    restored_comparison,
)
from gate_agent.domain.profile import PROFILES

LIMIT = 60
OTHER = "central"
LEVELS = st.integers(3000, 4200)


def door(level: int | None, **changes: object) -> ThermometerState:
    return ThermometerState(
        trust=Trust.TRUSTED,
        profile=FACE.label,
        level_centi_c=level,
        people=0 if level is None else 60,
    ).model_copy(update=changes)


@dataclass
class Pair:
    """Our door, which looks at the others once a second."""

    comparison: Comparison = field(default_factory=Comparison)
    at: Moment = NOON
    told: list[ThermometerCompared] = field(default_factory=list)

    def look(self, own: ThermometerState, **others: ThermometerState) -> None:
        self.at = later(self.at, 1)
        named = {name.replace("_", "-"): told for name, told in others.items()}
        self.comparison, found = self.comparison.after(own, named, limit_centi_c=LIMIT, now=self.at)
        if found is not None:
            self.told.append(found)

    def wait(self, seconds: float) -> None:
        self.at = later(self.at, seconds)

    @property
    def doubted(self) -> bool:
        return self.comparison.doubted(None, self.at)

    @property
    def found(self) -> list[str]:
        return [one.found for one in self.told]


def test_doors_that_differ_by_more_than_the_limit_are_apart_and_told_once() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3540))
    assert (pair.doubted, pair.told) == (False, [])

    for _ in range(5):
        pair.look(door(3600), central=door(3539))
        assert pair.doubted
    (opened,) = pair.told
    assert (opened.other, opened.found, opened.subject) == (OTHER, "apart", OTHER)
    assert (opened.level_centi_c, opened.other_level_centi_c) == (3600, 3539)


def test_they_are_together_again_when_well_within_the_limit() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3530))
    pair.look(door(3600), central=door(3600 - LIMIT + TOGETHER_CENTI_C - 1))
    assert pair.doubted

    pair.look(door(3600), central=door(3600 - LIMIT + TOGETHER_CENTI_C))

    assert (pair.doubted, pair.found) == (False, ["apart", "together"])


@given(LEVELS, LEVELS)
def test_both_doors_find_the_same(ours: int, theirs: int) -> None:
    here, there = Pair(), Pair()
    here.look(door(ours), other=door(theirs))
    there.look(door(theirs), other=door(ours))

    assert here.doubted is there.doubted is (abs(ours - theirs) > LIMIT)


@given(st.lists(st.tuples(LEVELS, LEVELS), max_size=30))
def test_a_record_tells_what_was_found_from_its_own_figures(days: list[tuple[int, int]]) -> None:
    pair = Pair()
    for ours, theirs in days:
        pair.look(door(ours), central=door(theirs))

    assert all(told.is_apart is (told.found == "apart") for told in pair.told)
    assert pair.found == ["apart", "together"] * (len(pair.told) // 2) + ["apart"] * (
        len(pair.told) % 2
    )


def test_nobody_to_compare_with_is_no_fault() -> None:
    strangers = (
        door(None),
        door(3000, profile=PROFILES["spot-forehead"].label),
        door(3000, trust=Trust.NOT_TRUSTED),
    )
    for other in strangers:
        pair = Pair()
        pair.look(door(3600), central=other)
        assert (pair.doubted, pair.told) == (False, [])
    for own in (door(None), door(3600, trust=Trust.NOT_TRUSTED)):
        pair = Pair()
        pair.look(own, central=door(3000))
        assert (pair.doubted, pair.told) == (False, [])
    pair = Pair()
    pair.look(door(3600))
    assert (pair.doubted, pair.told) == (False, [])


def test_a_doubtful_neighbour_is_compared_with_all_the_same() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3500, trust=Trust.DOUBTFUL))

    assert pair.doubted


def test_a_neighbour_that_falls_silent_leaves_the_doubt_for_three_hours() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3500))
    pair.wait(3 * 3600 - 1)
    pair.look(door(3600))
    assert pair.doubted

    pair.wait(1)
    pair.look(door(3600))
    assert not pair.doubted
    pair.look(door(3600), central=door(3500))
    assert (pair.doubted, pair.found) == (True, ["apart"])


def test_a_neighbour_that_is_not_trusted_any_more_is_the_wrong_one() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3500))

    pair.look(door(3600), central=door(3500, trust=Trust.NOT_TRUSTED))

    assert (pair.doubted, pair.found) == (False, ["apart", "other_untrusted"])
    assert not pair.told[-1].is_apart


def test_of_three_doors_the_odd_one_is_doubted_and_the_others_are_not() -> None:
    levels = {"west": 3520, "central": 3600, "east": 3590}
    for name, level in levels.items():
        pair = Pair()
        others = {other: door(of) for other, of in levels.items() if other != name}
        pair.look(door(level), **others)
        assert pair.doubted is (name == "west")


def blackbody(at: Moment) -> ThermometerChecked:
    return ThermometerChecked(
        reference="blackbody",
        reference_centi_c=3700,
        measured_centi_c=3700,
        surface_centi_c=3700,
        difference_centi_c=0,
        tolerance_centi_c=30,
        passed=True,
        by="guard-1",
        at=format_utc(at.utc),
    )


def test_a_black_body_that_is_passed_after_they_came_apart_clears_our_thermometer() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3500))
    before, after = blackbody(later(pair.at, -60)), blackbody(later(pair.at, 60))
    now = later(pair.at, 120)

    assert pair.comparison.doubted(before, now)
    assert not pair.comparison.doubted(after, now)
    pair.wait(7200)
    pair.look(door(3600), central=door(3500))
    assert not pair.comparison.doubted(after, pair.at)
    assert pair.found == ["apart"]


def test_a_restart_goes_on_with_the_newest_record() -> None:
    pair = Pair()
    pair.look(door(3600), central=door(3500))
    pair.comparison = restored_comparison(pair.told[-1], later(pair.at, 600))
    assert pair.comparison.doubted(None, later(pair.at, 600))
    assert not pair.comparison.doubted(None, later(pair.at, 4 * 3600))

    pair.wait(600)
    pair.look(door(3600), central=door(3500))
    assert pair.found == ["apart"]
    pair.look(door(3600), central=door(3600))
    assert restored_comparison(pair.told[-1], pair.at) == Comparison()
    assert restored_comparison(None, pair.at) == Comparison()


def test_a_level_is_the_middle_of_the_newest_and_enough_of_them() -> None:
    queue = Queue(now_s=NOON.boot_ns / NS_PER_S)

    def level(since_ns: int | None = None, after_s: float = 0) -> tuple[int | None, int]:
        now_ns = later(NOON, queue.now_s - NOON.boot_ns / NS_PER_S + after_s).boot_ns
        return level_of(queue.memory, FACE, since_ns=since_ns, now_ns=now_ns)

    for _ in range(LEVEL_LEAST - 1):
        queue.measure(3550)
    assert level() == (None, LEVEL_LEAST - 1)
    queue.measure(3550)
    assert level() == (3550, LEVEL_LEAST)
    checked_ns = queue.now_ns + 1
    for _ in range(LEVEL_PEOPLE):
        queue.measure(3610, ambient=2600)
    assert level() == (3600, LEVEL_PEOPLE)
    assert level(checked_ns) == (3600, LEVEL_PEOPLE)
    assert level(queue.now_ns) == (None, 1)
    assert level(after_s=4 * 3600) == (None, 0)
    other = replace(FACE, version=9)
    assert level_of(queue.memory, other, since_ns=None, now_ns=queue.now_ns) == (None, 0)
