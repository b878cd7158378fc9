"""The newest skin-like reading: shown while somebody stands at the thermometer."""

from __future__ import annotations

from dataclasses import replace

from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.signals import Reading
from gate_agent.domain.passage import NOBODY
from gate_agent.domain.state import DoorState
from gate_agent.domain.temperature import Profile

_SHOWN_S = 1.0  # how long it is shown as somebody standing there


class Skin:
    """What the thermometer saw last of a person."""

    def __init__(self) -> None:
        self._centi_c = 0
        self._seen_ns: int | None = None

    def see(self, reading: Reading, profile: Profile, now: Moment) -> None:
        """Take a reading; one that is not of skin leaves the last one to grow old."""
        if profile.sees_skin(reading):
            self._centi_c = profile.value(reading)
            self._seen_ns = now.boot_ns

    def shown(self, now: Moment) -> int | None:
        """Return the value while it is fresh."""
        fresh = self._seen_ns is not None and now.boot_ns - self._seen_ns <= _SHOWN_S * NS_PER_S
        return self._centi_c if fresh else None


def visible_of(door: DoorState, live_centi_c: int | None) -> tuple[object, ...]:
    """Return the part of a state of which every change is shown at once."""
    passage = replace(door.passage, presence=NOBODY)
    return (
        passage,
        door.desk,
        door.holds,
        door.contacts,
        door.neighbours,
        door.answers,
        live_centi_c,
    )
