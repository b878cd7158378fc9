"""Invented people who come to a door: cards with sound numbers, skin, haste. Nobody real."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, TypedDict

from stdnum.iso7064 import mod_11_2

from gate_agent.driver_api import Card, CardType

Kind = Literal[
    "visitor", "staff", "feverish", "cold", "early_lift", "hat", "late_fever", "faulty_card",
    "family", "child",
]  # fmt: skip


class Shares(TypedDict, total=False):
    """How often each thing happens, of one."""

    staff_share: float
    fever_share: float
    cold_share: float
    early_lift_share: float
    family_share: float
    hat_share: float
    late_fever_share: float
    faulty_card_share: float
    late_card_share: float


_AREA = "999999"  # never issued: no number here is anybody's
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉红梅建国文辉宇轩子涵欣怡"
_OLDEST = date(1940, 1, 1)
_YOUNGEST_DAYS = 24_000
_AMBIENT_CENTI_C = 2400
_NORMAL, _FEVER, _COLD = (3360, 3480), (3800, 3930), (3140, 3240)
BRIM_CENTI_C = 3430
AS_IN_A_HALL: Shares = {
    "fever_share": 0.04, "cold_share": 0.03, "early_lift_share": 0.03, "family_share": 0.08,
    "hat_share": 0.10, "late_fever_share": 0.02, "faulty_card_share": 0.05, "late_card_share": 0.04,
}  # fmt: skip
"""Everything that happens at a door, more often than on a quiet day: a demo is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One person comes: what the devices get to see of them, and for how long."""

    card: Card | None
    kind: Kind
    surface_centi_c: int
    ambient_centi_c: int
    card_delay_s: float  # from the first skin to the card
    card_stays_s: float
    stays_s: float  # before the sensor
    hat_s: float = 0.0  # for so long a brim is all that the sensor sees of them
    gap_s: float | None = None  # nobody before the sensor after them; None: as the door has it
    at_s: float | None = None  # after the start; None: after the one before
    companions: int = 0  # who come right behind, and go in with this person


def faulty(card: Card) -> Card:
    """Return a card whose number cannot be: what a reader makes of a forged or damaged one."""
    last = "0" if card.number[-1] != "0" else "1"
    return replace(card, number=card.number[:-1] + last)


def synthetic_card(n: int) -> Card:
    """Return the `n`-th invented resident card; no two have the same number."""
    dice = random.Random(n)  # noqa: S311 people of a play
    thousand, order = divmod(n, 1000)  # who share the order have birthdays of their own
    days = (random.Random(order).randrange(_YOUNGEST_DAYS) + thousand) % _YOUNGEST_DAYS  # noqa: S311
    born = _OLDEST + timedelta(days=days)
    digits = f"{_AREA}{born:%Y%m%d}{order:03d}"
    name = dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, dice.choice((1, 2, 2))))
    return Card(
        card_type=CardType.RESIDENT, name=name, number=digits + mod_11_2.calc_check_digit(digits)
    )


def opener(card: Card) -> Arrival:
    """Return staff who open the door in the morning: well, and card in hand."""
    return Arrival(
        card=card,
        kind="staff",
        surface_centi_c=_NORMAL[0],
        ambient_centi_c=_AMBIENT_CENTI_C,
        card_delay_s=0,
        card_stays_s=1.8,
        stays_s=2.6,
    )


class Crowd:
    """People arriving at random, the same for the same seed; without end."""

    def __init__(
        self,
        seed: int,
        *,
        staff: Sequence[Card] = (),
        staff_share: float = 0.25,
        fever_share: float = 0.06,
        cold_share: float = 0.06,
        early_lift_share: float = 0.05,
        first_card: int | None = None,
        family_share: float = 0.0,
        hat_share: float = 0.0,
        late_fever_share: float = 0.0,
        faulty_card_share: float = 0.0,
        late_card_share: float = 0.0,
    ) -> None:
        """`first_card` numbers the visitors' cards; by default far from other seeds'.

        Shares from `family_share` on are of visitors who are well and not in a hurry.
        """
        self._life = (
            (family_share, "family"), (hat_share, "hat"), (late_fever_share, "late_fever"),
            (faulty_card_share, "faulty_card"), (late_card_share, "visitor"),
        )  # fmt: skip
        self._more = random.Random(f"{seed} more")  # noqa: S311 people of a play
        self._dice = random.Random(seed)  # noqa: S311 people of a play
        self._staff = tuple(staff)
        self._shares = (staff_share, fever_share, cold_share, early_lift_share)
        self._next_card = 10_000 * (seed + 1) if first_card is None else first_card

    def __iter__(self) -> Iterator[Arrival]:
        """Let them come."""
        while True:
            arrival = self._livelier(self._arrival())
            yield arrival
            for _ in range(arrival.companions):
                yield self._child(arrival)

    def _livelier(self, arrival: Arrival) -> Arrival:
        """Return an ordinary visitor as they come to a real door."""
        if arrival.kind != "visitor" or not any(share for share, _ in self._life):
            return arrival
        dice = self._more
        came = replace(arrival, gap_s=dice.uniform(1.2, 3.5))
        drawn = dice.random()
        for share, what in self._life:
            if drawn >= share:
                drawn -= share
                continue
            match what:
                case "family":
                    return replace(came, kind="family", companions=dice.choice((1, 1, 2)))
                case "hat":
                    return replace(came, kind="hat", hat_s=dice.uniform(0.6, 1.2), stays_s=3.6)
                case "late_fever":
                    surface = dice.randint(*_FEVER)
                    came = replace(came, kind="late_fever", surface_centi_c=surface)
                    return replace(came, hat_s=dice.uniform(0.6, 1.2), stays_s=3.6)
                case "faulty_card":
                    card = None if came.card is None else faulty(came.card)
                    return replace(came, kind="faulty_card", card=card)
                case _:
                    return replace(came, card_delay_s=dice.uniform(2.0, 3.5))
        return came

    def _child(self, adult: Arrival) -> Arrival:
        surface = self._more.randint(*_NORMAL)
        child = replace(adult, kind="child", card=None, surface_centi_c=surface, companions=0)
        return replace(child, gap_s=self._more.uniform(1.2, 2.0))

    def _arrival(self) -> Arrival:
        dice = self._dice
        staff_share, fever, cold, early = self._shares
        kind: Kind = "visitor"
        drawn = dice.random()
        for share, what in ((fever, "feverish"), (cold, "cold"), (early, "early_lift")):
            if drawn < share:
                kind = what  # type: ignore[assignment]
                break
            drawn -= share
        is_staff = bool(self._staff) and dice.random() < staff_share
        if is_staff:
            card = dice.choice(self._staff)
            kind = "staff" if kind == "visitor" else kind
        else:
            self._next_card += 1
            card = synthetic_card(self._next_card)
        low, high = {"feverish": _FEVER, "cold": _COLD}.get(kind, _NORMAL)
        return Arrival(
            card=card,
            kind=kind,
            surface_centi_c=dice.randint(low, high),
            ambient_centi_c=_AMBIENT_CENTI_C + dice.randint(-30, 30),
            card_delay_s=dice.uniform(0.0, 0.6),
            card_stays_s=0.2 if kind == "early_lift" else 1.8,
            stays_s=2.6,
        )
