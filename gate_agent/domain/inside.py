"""Who is inside (在馆人员), as far as this door knows: whom it let in, and whom it saw leaving.

Told by the journal's decisions and departures, as the baseline is: a restart reads them again.
Who went in here may leave by another door: the centre knows of both.
"""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.records import Category, Decision, PassageDecided, PersonLeft, Record
from gate_agent.domain.changed import replace

STAYS_S = 16 * 3600  # nobody stays longer: an unseen departure is forgotten by the next morning
_MOST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One person who was let in here and was not seen leaving."""

    passage_id: str
    person_ref: str | None
    category: Category
    since: str
    at_ns: int

    def inside_s(self, now: Moment) -> float:
        """Return for how long, by the clock that never steps."""
        return max(0.0, (now.boot_ns - self.at_ns) / NS_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Who went in, oldest first, and how many left of whom nobody knows who they were."""

    entered: tuple[Entered, ...] = ()
    unnamed_left: int = 0
    newest_left: tuple[str, int] | None = None  # whose card was laid last at an exit, and when

    @property
    def count(self) -> int:
        """How many are inside; 0 where more left here than went in."""
        return max(0, len(self.entered) - self.unnamed_left)

    def of(self, person_ref: str | None) -> Entered | None:
        """Return when this person went in; None where that is not known here."""
        if person_ref is None:
            return None
        return next((one for one in self.entered if one.person_ref == person_ref), None)

    def after(self, record: Record, at_ns: int) -> Inside:
        """Return who is inside after one more record of the journal; most change nothing."""
        match record:
            case PassageDecided():
                return self._decided(record, at_ns)
            case PersonLeft(person_ref=None):
                return replace(self, unnamed_left=self.unnamed_left + record.count)
            case PersonLeft(person_ref=str() as ref):
                kept = tuple(one for one in self.entered if one.person_ref != ref)
                return replace(self, entered=kept, newest_left=(ref, at_ns))
            case _:
                return self

    def _decided(self, record: PassageDecided, at_ns: int) -> Inside:
        """A later verdict of a passage takes the place of the one before; so does coming again."""
        if record.decision is not Decision.ADMIT:
            return self._without(record.passage_id, None)
        return self.entering(
            Entered(
                passage_id=record.passage_id,
                person_ref=record.person_ref,
                category=record.category,
                since=record.decided,
                at_ns=at_ns,
            )
        )

    def entering(self, new: Entered) -> Inside:
        """Return who is inside once this person is; whom nobody saw leave for long is not."""
        before_ns = new.at_ns - STAYS_S * NS_PER_S
        others = self._others(new.passage_id, new.person_ref)
        kept = [one for one in others if one.at_ns >= before_ns][-_MOST:]
        unnamed = self.unnamed_left if kept else 0
        return replace(self, entered=(*kept, new), unnamed_left=unnamed)

    def _others(self, passage_id: str, person_ref: str | None) -> tuple[Entered, ...]:
        """Return who is neither this passage nor this person; most times everybody."""
        those = [one for one in self.entered if one.passage_id == passage_id]
        if person_ref is not None:
            those += [one for one in self.entered if one.person_ref == person_ref]
        if not those:
            return self.entered
        return tuple(one for one in self.entered if one not in those)

    def _without(self, passage_id: str, person_ref: str | None) -> Inside:
        kept = self._others(passage_id, person_ref)
        return self if kept is self.entered else replace(self, entered=kept)


NOBODY_INSIDE = Inside()
