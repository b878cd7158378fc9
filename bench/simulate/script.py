"""What happens in a simulated hall, as a seeded list: who comes when, and what fails.

Each input is drawn from dice of its own: one that is taken out changes no other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from itertools import count

DOORS = ("west-1f", "central-2f")
A_DAY = 600  # people
DAY_S = 86_400.0
OPENS_S, CLOSES_S = 3600.0, 9 * 3600.0  # 九点 to 五点 where a day of the script begins at eight
_HOURS = (14, 20, 18, 9, 8, 13, 11, 7)  # how many of a hundred come in each of these hours
_USUAL, _SPREAD = 3455, 35  # of a healthy forehead: one in twenty is over the line
_FEVER, _FEVER_SPREAD = 3650, 60
BRIM_CENTI_C = 3430
EMPTY_CENTI_C = 2400  # nobody stands there: the wall
_OVER = 0.05  # of those behind somebody
_TWO_ADULTS, _CHILD_FIRST = 0.3, 0.3  # of families
_FOUND = 0.01  # of visits: somebody is found ill inside (厅内发现)


class Card(StrEnum):
    """What the reader makes of somebody's document."""

    READ = "read"
    REFUSED = "refused"
    NONE = "none"


class Leaves(StrEnum):
    """Where somebody gives up and walks away."""

    GLANCE = "glance"  # before the measurement is over
    DESK = "desk"  # instead of telling the phone
    HELD = "held"  # from a hold, before the guard is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """One person: what a contact thermometer would say, what the forehead shows, what they do."""

    ref: str
    body_centi_c: int
    skin_centi_c: int
    hat_s: float = 0  # for so long a brim is all that the sensor sees
    stays_s: float = 2.6
    card: Card = Card.READ
    card_after_s: float = 0.4  # after the first skin; negative: before they step up
    staff: bool = False
    over_s: float | None = None  # lays it over another's shoulder, who steps in front so much later

    @property
    def is_ill(self) -> bool:
        """Whether a contact thermometer finds a fever."""
        return self.body_centi_c >= 3730

    @property
    def letters(self) -> str:
        """A name for reports: nobody's."""
        return self.ref[:6]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who comes together: one, or an adult with companions."""

    number: str
    at_s: float
    door: int
    people: tuple[Somebody, ...]
    gap_s: float  # nobody before the sensor after each of them
    guard_s: float  # how long a guard takes for each tap of theirs
    leaves: Leaves | None = None
    other_door_s: float | None = None  # a held one walks to the other door after this
    declares: bool = False  # symptoms, at whatever temperature
    child_first: bool = False  # the one companion steps up before the adult (与下一位同行)
    found_s: float | None = None  # so long after going in, the first of them falls ill inside


class What(StrEnum):
    """What may fail."""

    THERMOMETER = "thermometer"
    TRUST = "trust"
    READER = "reader"
    LINE = "line"  # between a door and the broker
    CENTRE = "centre"
    RESTART = "restart"  # of the daemon
    REBOOT = "reboot"  # of the board
    CLOCK = "clock"  # the wall clock is set by `size` seconds
    GUARD = "guard"  # nobody answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something fails at a door for a while."""

    number: str
    what: What
    at_s: float
    for_s: float
    door: int
    size: float = 0


class Keys(StrEnum):
    """What a guard keys beside the people at the door."""

    LEFT = "left"  # 离场
    DRILL = "drill"  # 演练


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A guard keys something at a door."""

    number: str
    what: Keys
    at_s: float
    door: int
    count: int = 1  # how many left


Input = Visit | Fault | Keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much happens."""

    days: int
    seed: int
    people: int = A_DAY  # a day, in both doors
    faults: int = 14  # a day
    keyed: int = 30  # a day: a drill, and how many left

    def inputs(self) -> tuple[Input, ...]:
        """Return everything that happens, in its order."""
        return tuple(
            sorted(
                (one for day in range(self.days) for one in _day(self, day)),
                key=lambda one: (one.at_s, one.number),
            )
        )


def _dice(*of: object) -> random.Random:
    return random.Random("/".join(map(str, of)))  # noqa: S311 people of a play


def _day(plan: Plan, day: int) -> Iterator[Input]:
    """Draw a day: people until there are enough, then faults."""
    people = 0
    for n in count():
        if people >= plan.people:
            break
        visit = _visit(_dice(plan.seed, day, "visit", n), f"{day}.{n}", day * DAY_S)
        people += len(visit.people)
        yield visit
        dice = _dice(plan.seed, day, "again", n)
        if dice.random() < 0.03 and len(visit.people) == 1 and visit.leaves is None:
            after_s, door = dice.uniform(300, 2400), dice.randrange(2)
            again = replace(visit, number=f"{day}.{n}b", at_s=visit.at_s + after_s, door=door)
            yield replace(again, leaves=None, declares=False, guard_s=_guard_s(dice))
    for n in range(plan.faults):
        yield _fault(_dice(plan.seed, day, "fault", n), f"{day}.f{n}", day * DAY_S)
    for n in range(plan.keyed):
        what = Keys.LEFT if n else Keys.DRILL
        yield _keyed(_dice(plan.seed, day, "keyed", n), f"{day}.k{n}", day * DAY_S, what)


def _visit(dice: random.Random, number: str, day_s: float) -> Visit:
    hour = dice.choices(range(len(_HOURS)), _HOURS)[0]
    family = dice.choices((0, 1, 2, 3), (90, 5, 3, 2))[0]
    people = [
        _somebody(dice, f"{number}/{k}", companion=k > 0, family=family > 0)
        for k in range(family + 1)
    ]
    of_family = _dice(number, "family")
    two_adults, child_first = of_family.random() < _TWO_ADULTS, of_family.random() < _CHILD_FIRST
    if family and two_adults:
        people[1] = replace(people[1], card=Card.READ)
    inside = _dice(number, "inside")
    leaves = None
    drawn = dice.random()
    ill = people[0].is_ill
    if not family and drawn < (0.3 if ill else 0.03):
        leaves = Leaves.HELD if ill else dice.choice((Leaves.GLANCE, Leaves.DESK))
    if leaves is Leaves.GLANCE:
        people[0] = replace(people[0], stays_s=dice.uniform(0.1, 0.4), card=Card.NONE)
    return Visit(
        number=number,
        at_s=day_s + OPENS_S + hour * 3600 + dice.uniform(0, 3600),
        door=dice.choices((0, 1), (3, 2))[0],
        people=tuple(people),
        gap_s=1.2 + min(4.0, dice.expovariate(1.5)),
        guard_s=_guard_s(dice),
        leaves=leaves,
        other_door_s=dice.uniform(20, 240) if leaves is Leaves.HELD else None,
        declares=not family and leaves is None and dice.random() < 0.003,
        child_first=family == 1 and not two_adults and child_first,
        found_s=inside.uniform(120, 3600) if inside.random() < _FOUND else None,
    )


def _somebody(dice: random.Random, of: str, *, companion: bool, family: bool) -> Somebody:
    is_ill = dice.random() < 0.03
    hat = dice.random() < (0.3 if is_ill else 0.1)
    card = dice.choices((Card.READ, Card.REFUSED, Card.NONE), (92, 5, 3))[0]
    if companion:
        card = dice.choices((Card.READ, Card.NONE), (2, 3))[0]
    over = _dice(of, "over")
    skin = dice.gauss(_FEVER, _FEVER_SPREAD) if is_ill else dice.gauss(_USUAL, _SPREAD)
    return Somebody(
        ref=sha256(of.encode()).hexdigest(),
        body_centi_c=dice.randint(3750, 3980) if is_ill else dice.randint(3600, 3700),
        skin_centi_c=round(skin),
        hat_s=dice.uniform(0.6, 1.4) if hat else 0,
        stays_s=dice.uniform(1.5, 4.0) + (1.5 if hat else 0),
        card=card,
        card_after_s=dice.choices(
            (dice.uniform(-3, 0), dice.uniform(0, 1), dice.uniform(1, 6)), (2, 6, 2)
        )[0],
        staff=not family and card is Card.READ and dice.random() < 0.1,
        over_s=over.uniform(0.1, 4.9) if card is Card.READ and over.random() < _OVER else None,
    )


def _guard_s(dice: random.Random) -> float:
    """Return how long a guard takes: mostly some seconds, now and then far too long."""
    return dice.uniform(60, 300) if dice.random() < 0.02 else dice.uniform(2, 14)


def _keyed(dice: random.Random, number: str, day_s: float, what: Keys) -> Keyed:
    return Keyed(
        number=number,
        what=what,
        at_s=day_s + dice.uniform(OPENS_S, CLOSES_S),
        door=dice.randrange(2),
        count=dice.randint(1, 12),
    )


def _fault(dice: random.Random, number: str, day_s: float) -> Fault:
    what = dice.choice(list(What))
    for_s = {
        What.THERMOMETER: dice.uniform(5, 600),
        What.TRUST: dice.uniform(60, 1200),
        What.READER: dice.uniform(5, 600),
        What.LINE: dice.uniform(5, 3600),
        What.CENTRE: dice.uniform(60, 7200),
        What.RESTART: dice.uniform(1, 5),
        What.REBOOT: dice.uniform(20, 90),
        What.CLOCK: 0.0,
        What.GUARD: dice.uniform(60, 900),
    }[what]
    return Fault(
        number=number,
        what=what,
        at_s=day_s + dice.uniform(OPENS_S, CLOSES_S),
        for_s=for_s,
        door=dice.randrange(2),
        size=dice.choice((-1, 1)) * dice.choice((0.8, 5, 90)),
    )
