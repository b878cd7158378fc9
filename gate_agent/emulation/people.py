"""Invented people who come to a door: cards with sound numbers, skin, haste. Nobody real."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from stdnum.iso7064 import mod_11_2

from gate_agent.driver_api import Card, CardType

Kind = Literal["visitor", "staff", "feverish", "cold", "early_lift"]
_AREA = "999999"  # never issued: no number here is anybody's
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉红梅建国文辉宇轩子涵欣怡"
_OLDEST = date(1940, 1, 1)
_YOUNGEST_DAYS = 24_000
_AMBIENT_CENTI_C = 2400
_NORMAL, _FEVER, _COLD = (3360, 3480), (3800, 3930), (3140, 3240)


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
    ) -> None:
        """`first_card` numbers the visitors' cards; by default far from other seeds'."""
        self._dice = random.Random(seed)  # noqa: S311 people of a play
        self._staff = tuple(staff)
        self._shares = (staff_share, fever_share, cold_share, early_lift_share)
        self._next_card = 10_000 * (seed + 1) if first_card is None else first_card

    def __iter__(self) -> Iterator[Arrival]:
        """Let them come."""
        while True:
            yield self._arrival()

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
