"""Whether the thermometer can be believed (测温仪可信度): by readings, people and checks.

Deployed terminals were found to pull readings to normal, and to drift without a word. What speaks
against ours is told by name; what speaks loudly sends people to the contact thermometer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb

from gate_agent.contract.measurement_records import ThermometerChecked
from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
from gate_agent.contract.signals import Reading
from gate_agent.contract.thermometer import LOUD, Doubt, Trust
from gate_agent.domain.baseline import (
    PEOPLE,
    PEOPLE_LEAST,
    PLANNED,
    RECENT_S,
    Memory,
    Proof,
    Score,
)
from gate_agent.domain.changed import replace
from gate_agent.domain.profile import (
    AMBIENT_COLD_CENTI_C,
    AMBIENT_HOT_CENTI_C,
    SKIN_HIGH_CENTI_C,
    SKIN_LOW_CENTI_C,
    Profile,
    is_value,
)
from gate_agent.domain.steps import median

FROZEN_S, FROZEN_READINGS = 60, 100  # a sound sensor's last digit moves within seconds
RESTS_S = 1800  # air, and an estimate, may rest a while: not for half an hour
WARM_UP_S = 600  # a thermopile is right in thermal equilibrium only
AMBIENT_EVERY_S, AMBIENT_FOR_S = 10, 300
AMBIENT_STEP_CENTI_C = 150  # within five minutes: sun, or a door that stands open
AMBIENT_OUT = 3  # samples in a row
ENOUGH = 20  # people whose spread says something
PILE_CENTI_C, PILE_SHARE = 10, 60  # per cent within a tenth of a degree: healthy crowds have 15
PULLED_TIMES = 5  # what the body estimate may vary less than the skin; a vendor's curve halves
GATHERED = (10, PEOPLE)  # of so many newest people too many flagged, and not found healthy
CHANCE = 1 / 75  # what is too many: healthy people alone bring it this rarely
MISSED_LEAST = 3
SHIFT_CENTI_C, SHIFT_KNOWN = 100, 60
CHECK_EVERY_S = 26 * 3600  # once a day, with a late morning allowed
CHECK_FAILURES = 2  # in a row with the contact thermometer: a second person makes it certain


@dataclass(frozen=True, slots=True)
class ThermometerHealth:
    """How far the thermometer can be believed now, and what speaks against it."""

    doubts: tuple[Doubt, ...]

    @property
    def trust(self) -> Trust:
        """How far it is believed: one grave doubt is enough not to."""
        if not LOUD.isdisjoint(self.doubts):
            return Trust.NOT_TRUSTED
        return Trust.DOUBTFUL if self.doubts else Trust.TRUSTED


@dataclass(frozen=True, slots=True)
class Channel:
    """One value of a device (通道), and for how long it has not moved."""

    value: int | None = None
    since_ns: int = 0
    newest_ns: int = 0
    same: int = 0

    def after(self, value: int | None, at_ns: int) -> Channel:
        """Return the channel after one more reading; one without a value leaves it."""
        if value is None:
            return self
        if value != self.value:
            return Channel(value, at_ns, at_ns, 1)
        return Channel(self.value, self.since_ns, at_ns, self.same + 1)

    def rests(self, for_s: int) -> bool:
        """Whether it has shown the same value for too long to be alive."""
        still_ns = self.newest_ns - self.since_ns
        return self.same >= FROZEN_READINGS and still_ns >= for_s * NS_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is remembered of the readings so far, of bounded size.

    Each channel is watched for itself: a living one hides no dead one.
    """

    powered_ns: int | None = None
    surface: Channel = Channel()
    ambient: Channel = Channel()
    body: Channel = Channel()  # of skin: before an empty spot an estimate may well rest
    ambients: tuple[tuple[int, int], ...] = ()

    def after(self, reading: Reading, at_ns: int) -> Watch:
        """Return what is remembered after one more reading."""
        ambients = self.ambients
        ambient = reading.ambient_centi_c
        skin = SKIN_LOW_CENTI_C <= reading.surface_centi_c <= SKIN_HIGH_CENTI_C
        if ambient is not None and (
            not ambients or at_ns - ambients[-1][0] >= AMBIENT_EVERY_S * NS_PER_S
        ):
            oldest_ns = at_ns - AMBIENT_FOR_S * NS_PER_S
            ambients = (*(one for one in ambients if one[0] >= oldest_ns), (at_ns, ambient))
        return replace(
            self,
            powered_ns=at_ns if self.powered_ns is None else self.powered_ns,
            surface=self.surface.after(reading.surface_centi_c, at_ns),
            ambient=self.ambient.after(ambient, at_ns),
            body=self.body.after(reading.body_centi_c, at_ns) if skin else self.body,
            ambients=ambients,
        )

    def doubts(self, now_ns: int) -> list[Doubt]:
        """Return the doubts that the readings give reason for."""
        doubts = []
        if self.surface.rests(FROZEN_S) or self.ambient.rests(RESTS_S) or self.body.rests(RESTS_S):
            doubts.append(Doubt.FROZEN)
        if self.powered_ns is not None and now_ns - self.powered_ns < WARM_UP_S * NS_PER_S:
            doubts.append(Doubt.WARMING_UP)
        air = [ambient for _, ambient in self.ambients]
        out = [not AMBIENT_COLD_CENTI_C <= one <= AMBIENT_HOT_CENTI_C for one in air[-AMBIENT_OUT:]]
        if len(out) == AMBIENT_OUT and all(out):
            doubts.append(Doubt.AMBIENT_RANGE)
        felt = [one for one in air if is_value(one)]
        if felt and max(felt) - min(felt) > AMBIENT_STEP_CENTI_C:
            doubts.append(Doubt.AMBIENT_STEP)
        return doubts


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The newest check that passed, the newest that did not, the newest black body that passed."""

    passed: ThermometerChecked | None = None
    failed: ThermometerChecked | None = None
    blackbody: ThermometerChecked | None = None

    @property
    def newest(self) -> ThermometerChecked | None:
        """The newest check, passed or failed."""
        both = [check for check in (self.passed, self.failed) if check is not None]
        return max(both, key=lambda check: check.at, default=None)

    @property
    def failed_in_row(self) -> int:
        """How many failed since one passed."""
        newest = self.newest
        return 0 if newest is None else newest.failed_in_row

    def after(self, check: ThermometerChecked) -> Checks:
        """Return the checks with one more."""
        if not check.passed:
            return replace(self, failed=check)
        blackbody = check if check.reference == "blackbody" else self.blackbody
        return replace(self, passed=check, blackbody=blackbody)

    def doubts(self, now: Moment) -> list[Doubt]:
        """Return the doubts that the checks give reason for."""
        doubts_now = []
        newest = self.newest
        if newest is not None and not newest.passed:
            sure = newest.reference == "blackbody" or newest.failed_in_row >= CHECK_FAILURES
            doubts_now.append(Doubt.CHECK_FAILED if sure else Doubt.CHECK_REPEAT)
        passed_ns = made_ns(self.passed, now)
        if passed_ns is None or now.boot_ns - passed_ns > CHECK_EVERY_S * NS_PER_S:
            doubts_now.append(Doubt.CHECK_OVERDUE)
        return doubts_now


def made_ns(check: ThermometerChecked | None, now: Moment) -> int | None:
    """Return when a check was made on the clock of this boot: what the wall clocks say."""
    return None if check is None else now.plus_s((parse_utc(check.at) - now.utc).total_seconds())


def health(
    watch: Watch,
    memory: Memory,
    checks: Checks,
    *,
    profile: Profile,
    now: Moment,
    apart: bool = False,
    flag_permille: int = PLANNED,
) -> ThermometerHealth:
    """Return how far it can be believed; `apart`: its people differ from the other door's."""
    ours = [seen for seen in memory.seen if seen.profile == profile.label]
    recent_ns = now.boot_ns - RECENT_S * NS_PER_S
    newest = [seen for seen in ours if seen.at_ns >= recent_ns][-PEOPLE:]
    since_ns = made_ns(checks.passed, now)
    unchecked = [seen for seen in newest if since_ns is None or seen.at_ns >= since_ns]
    doubts = [
        *watch.doubts(now.boot_ns),
        *_crowd(newest, profile),
        *_fevers(unchecked, flag_permille),
        *_shifts(newest, ours),
        *([Doubt.ELSEWHERE] if apart else []),
        *checks.doubts(now),
    ]
    return ThermometerHealth(tuple(sorted(doubts, key=list(Doubt).index)))


def _crowd(newest: Sequence[Score], profile: Profile) -> list[Doubt]:
    """Return what tells of a device that shows everybody alike."""
    if len(newest) < ENOUGH:
        return []
    scores = [seen.score for seen in newest]
    surfaces = [seen.surface for seen in newest]
    doubts = []
    if 2 * spread(scores) < dict(profile.margins)[200]:  # a healthy crowd: 1.6 of that margin
        doubts.append(Doubt.COLLAPSED)
    values = scores if profile.decides_on_body else surfaces
    if _piled(values) * 100 >= PILE_SHARE * len(values):
        doubts.append(Doubt.CLIPPED)
    wide = spread(surfaces)
    if profile.decides_on_body and wide >= ENOUGH and spread(scores) * PULLED_TIMES <= wide:
        doubts.append(Doubt.PULLED)
    return doubts


def _fevers(newest: Sequence[Score], flag_permille: int) -> list[Doubt]:
    """Return what the contact thermometer, or its absence, tells of flags and of fevers."""
    doubts = []
    hot = [seen for seen in newest if seen.proof is Proof.FEVERISH]
    missed = sum(not seen.elevated for seen in hot)
    if missed >= MISSED_LEAST and 2 * missed > len(hot):
        doubts.append(Doubt.FEVERS_MISSED)
    unexplained = [
        seen.proof is Proof.FEVERISH or (seen.elevated and seen.proof is None)
        for seen in newest
        if not seen.is_open
    ]
    if any(sum(unexplained[-people:]) >= too_many(people, flag_permille) for people in GATHERED):
        doubts.append(Doubt.UNEXPLAINED_FLAGS)
    return doubts


@cache
def too_many(people: int, flag_permille: int) -> int:
    """Return how many flags among so many healthy people are no chance any more."""
    share = flag_permille / 1000
    left = 1.0
    for count in range(people + 1):
        if left <= CHANCE:
            return count
        left -= comb(people, count) * share**count * (1 - share) ** (people - count)
    return people


def _shifts(newest: Sequence[Score], known: Sequence[Score]) -> list[Doubt]:
    """Return what differs from other hours at this door."""
    if len(newest) < PEOPLE_LEAST or len(known) < SHIFT_KNOWN:
        return []
    now = median([seen.score for seen in newest])
    usual = median([seen.score for seen in known])
    return [Doubt.SHIFTED] if abs(now - usual) > SHIFT_CENTI_C else []


def spread(values: Sequence[int]) -> int:
    """Return how far apart the middle half lies (interquartile range, nearest ranks)."""
    ranked = sorted(values)
    quarter = len(ranked) // 4
    return ranked[-1 - quarter] - ranked[quarter]


def _piled(values: Sequence[int]) -> int:
    """Return how many lie in the fullest tenth of a degree."""
    return max(sum(low <= value < low + PILE_CENTI_C for value in values) for low in values)
