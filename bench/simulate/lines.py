"""The lines of a simulated hall: between the doors at the broker, and to the centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.simulate.door import SITE
from gate_agent.contract.messages import Topics

if TYPE_CHECKING:
    from bench.simulate.hall import Hall, Place

FLUSH_S = 300.0
_TOLD_S = 0.3


class Lines:
    """Carries what doors say; what is cut waits, and what is retained is heard later."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def tell(self, number: int, told: bytes) -> None:
        """A door tells the other: kept at the broker, heard where both lines are up."""
        if number >= len(self._hall.places):
            return  # its own first word, before there is a hall
        place = self._hall.places[number]
        if place.broken.line:
            return
        place.told = told
        self._hall.after(_TOLD_S, self._hear, self._hall.places[1 - number], place, told)

    def _hear(self, place: Place, other: Place, told: bytes) -> None:
        if not (place.broken.line or place.broken.down) and told is other.told:
            self._hall.set_clock(place)
            place.door.between.hear(Topics(site=SITE, gate=other.door.name).door, told)

    def connect(self, place: Place) -> None:
        """A door's line is there (again): it tells, hears, and is known to live."""
        other = self._hall.places[1 - place.number]
        self._hall.set_clock(place)
        place.door.between.begin()
        for one, there in ((place, other), (other, place)):
            if not (one.broken.line or one.broken.down):
                self._hall.set_clock(one)
                lives = not (there.broken.line or there.broken.down)
                one.door.between.lives(there.door.name, is_live=lives)
        if other.told is not None:
            self._hall.after(_TOLD_S, self._hear, place, other, other.told)

    def disconnect(self, place: Place) -> None:
        """A door's line is gone: the broker says so to the other."""
        other = self._hall.places[1 - place.number]
        if not place.broken.down:
            self._hall.set_clock(place)
            place.door.between.alone()
        if not (other.broken.line or other.broken.down):
            self._hall.set_clock(other)
            other.door.between.lives(place.door.name, is_live=False)

    def flush(self, place: Place) -> None:
        """Let what waits at a door go to the centre, where that can be."""
        place.flushing = False
        if place.broken.line or place.broken.down or self._centre_is_away:
            place.broken.waited = True
            place.flushing = True
            self._hall.after(FLUSH_S, self.flush, place)
            return
        late, place.broken.waited = place.broken.waited, False
        self._hall.centre.take([(place.door, late)], self._hall.now_ns)

    @property
    def _centre_is_away(self) -> bool:
        """Whether the centre takes nothing now."""
        return any(place.broken.centre for place in self._hall.places)
