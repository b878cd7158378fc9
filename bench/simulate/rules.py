"""What must hold in a simulated hall, judged from outside: by what people did and showed.

A breach ends the run at once, so that the instant is known.
"""

from __future__ import annotations

from enum import StrEnum

from gate_agent.contract.moment import Moment
from gate_agent.domain.limits import limits, score
from gate_agent.domain.passage import Idle, Settled
from gate_agent.domain.profile import AMBIENT_REFERENCE_CENTI_C
from gate_agent.domain.state import DoorState

SURE_CENTI_C = 10  # so far over the line nobody can say it was none


class Rule(StrEnum):
    """What must hold."""

    FEVER_WENT_IN = "a fever above the line went in without a contact reading"
    FEVER_WENT_BY = "a fever above the line was not stopped"
    UNRECORDED = "somebody who was seen left no record"
    STUCK = "somebody healthy does not get in"
    SECOND_READING = "somebody healthy was asked for a second contact reading"
    HELD_ELSEWHERE = "somebody held at one door went in at the other"
    NAMELESS = "a held person's card did not name the hold"
    CLEARED_ANOTHER = "a contact reading let go somebody else than it was of"
    SURELY_ANOTHERS = "somebody was surely named by the card of a stranger"
    NOT_FOUND = "somebody found ill inside has no hold of theirs"
    LEFT = "who left is still counted as inside"
    PRACTISED = "a drill touched somebody"
    NAMED_AGAIN = "a card named again whom a guard said it is not of"
    UNEQUAL = "door and centre differ"
    DEADLINE = "a deadline was forgotten"
    REFUSED = "what a guard has to do was refused"


class Breach(Exception):  # noqa: N818 it is what was looked for
    """Something that must hold did not."""

    def __init__(self, rule: Rule, detail: str, at_s: float) -> None:
        self.rule = rule
        self.detail = detail
        self.at_s = at_s
        super().__init__(f"{rule.value}: {detail}")


def above_line(door: DoorState, surface: int, ambient: int, at: Moment) -> bool:
    """Whether skin that shows this steadily is over any limit now, beyond doubt."""
    usual = door.memory.usual(door.profile, at.boot_ns)
    held = limits(door.profile, door.policy.measurement, usual)
    shown = score(surface, door.profile.slope_permille, ambient)
    ceiling = held.threshold if held.ceiling is None else held.ceiling
    line = min(held.threshold, ceiling) + SURE_CENTI_C
    return shown >= line or surface >= held.rail + SURE_CENTI_C


def forgotten(door: DoorState, at: Moment) -> str | None:
    """Return which place or hold waits for nothing, or longer than its deadline."""
    for hold in door.holds:
        if hold.due_ns is None or hold.due_ns <= at.boot_ns:
            return f"hold {hold.hold_id} {hold.state}"
    watched = {hold.hold_id for hold in door.holds}
    for place in (door.passage, *door.desk):
        if isinstance(place, Idle):
            continue
        if place.due_ns is not None:
            if place.due_ns <= at.boot_ns:
                return f"{type(place).__name__} {place.passage_id}"
            continue
        here = place is door.passage and place.presence.gone_ns is None
        if not here and not (isinstance(place, Settled) and place.hold_id in watched):
            return f"{type(place).__name__} {place.passage_id} without a deadline"
    return None


def at_ambient(skin: int, slope_permille: int, ambient: int) -> int:
    """Return what a forehead of `skin` at 24 °C shows in this air."""
    return skin + slope_permille * (ambient - AMBIENT_REFERENCE_CENTI_C) // 1000
