"""The baseline (基线): what is usual at this door today, from the people themselves.

The median of the newest people, everyone, one value a person: it cannot lock up as a mean
without the flagged does. Only who was proven feverish with the contact thermometer is left out.
All of it is rebuilt from the journal's newest decisions; there is no other memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import (
    HoldState,
    HoldStep,
    Outcome,
    PassageDecided,
    Record,
    Temperature,
)
from gate_agent.domain.profile import Profile

PEOPLE = 30  # the window: 10 is noisy, 100 follows a day's drift too late
PEOPLE_LEAST = 10  # fewer are filled up with the prior
RECENT_S = 3 * 3600  # who came longer ago says nothing of the air and the instrument now
KNOWN = 200  # people who tell what this instrument at this door usually shows
KNOWN_S = 14 * 86_400
PROOFS_LEAST = 3  # that many flagged people proven healthy: it is the instrument, not the people
FEVER_CONTACT_CENTI_C, COLD_CONTACT_CENTI_C = 3730, 3500  # 37.3 °C under the arm is fever


class Proof(StrEnum):
    """What is known for sure of a person: by the contact thermometer, or by who decided."""

    HEALTHY = "healthy"
    FEVERISH = "feverish"


class Source(StrEnum):
    """Where a baseline comes from."""

    PEOPLE = "people"  # the newest people alone
    MEMORY = "memory"  # too few of them: filled up with what is known of this door
    MODEL = "model"  # a new door, or long unused: filled up with the profile's figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One person's newest score."""

    passage_id: str
    person_ref: str | None
    hold_id: str | None
    profile: str
    surface: int
    score: int
    elevated: bool  # by the infrared value alone
    at_ns: int
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual now, in scores; `reference` is what the ceiling stands on."""

    baseline: int
    people: int
    source: Source
    reference: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The last people at this door, oldest first."""

    seen: tuple[Score, ...] = ()

    def after(self, record: Record, at_ns: int) -> Memory:
        """Return the memory after one more record of the journal; most change nothing."""
        match record:
            case PassageDecided():
                return self._decided(record, at_ns)
            case HoldStep():
                proof = _proof(record)
                return self if proof is None else self._proven(record.hold_id, proof)
            case _:
                return self

    def usual(self, profile: Profile, now_ns: int) -> Usual:
        """Return what is usual at this moment."""
        label = profile.label
        usable = [
            seen for seen in self.seen if seen.profile == label and seen.proof is not Proof.FEVERISH
        ]
        known = _since(usable, now_ns - KNOWN_S * NS_PER_S)
        is_known = len(known) >= PEOPLE_LEAST
        prior = median(_scores(known)) if is_known else profile.baseline_centi_c
        learns = not is_known and len(_healthy(known)) >= PROOFS_LEAST  # a new door (启用新门)
        fill = median(_scores(known)) if learns else prior
        recent = _since(known, now_ns - RECENT_S * NS_PER_S)
        newest = _scores(_since_step(recent[-PEOPLE:]))
        filled = [*newest, *[fill] * (PEOPLE_LEAST - len(newest))]
        source = Source.MEMORY if is_known else Source.MODEL
        return Usual(
            baseline=median(filled),
            people=len(newest),
            source=Source.PEOPLE if len(newest) >= PEOPLE_LEAST else source,
            reference=_reference(
                _healthy(recent), prior if profile.decides_on_body else fill, profile
            ),
        )

    def _decided(self, record: PassageDecided, at_ns: int) -> Memory:
        """Take in a verdict: it replaces what was known of this passage and of this person."""
        measured = record.temperature
        score, surface = measured.score_centi_c, measured.surface_centi_c
        if score is None or surface is None or measured.outcome is Outcome.UNUSABLE:
            return self
        proof: Proof | None = None
        others = []
        for seen in self.seen:
            if seen.passage_id == record.passage_id:
                proof = seen.proof
            elif record.person_ref is None or seen.person_ref != record.person_ref:
                others.append(seen)
        new = Score(
            passage_id=record.passage_id,
            person_ref=record.person_ref,
            hold_id=record.hold_id,
            profile=measured.profile,
            surface=surface,
            score=score,
            elevated=_elevated(measured, score),
            at_ns=at_ns,
            proof=_by_contact(measured.contact_centi_c) or proof,
        )
        return Memory((*others, new)[-KNOWN:])

    def _proven(self, hold_id: str, proof: Proof) -> Memory:
        return Memory(
            tuple(
                replace(seen, proof=proof) if seen.hold_id == hold_id else seen
                for seen in self.seen
            )
        )


NOBODY_SEEN = Memory()


def remembered(records: Iterable[tuple[Record, int]]) -> Memory:
    """Return the memory after these records of the journal, oldest first, each with its time."""
    memory = NOBODY_SEEN
    for record, at_ns in records:
        memory = memory.after(record, at_ns)
    return memory


def median(values: Sequence[int]) -> int:
    """Return the middle value; of two middle ones, their mean rounded down."""
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) // 2


def _since(seen: Iterable[Score], ns: int) -> list[Score]:
    return [person for person in seen if person.at_ns >= ns]


def _since_step(newest: Sequence[Score]) -> Sequence[Score]:
    """Return the people since the instrument's last step, and ten at least.

    Three proven healthy within ten people tell of one: it was there when the first of them came.
    """
    places = [place for place, seen in enumerate(newest) if seen.proof is Proof.HEALTHY]
    for first, third in zip(places, places[PROOFS_LEAST - 1 :], strict=False):
        if third - first < PEOPLE_LEAST:
            return newest[min(first, max(0, len(newest) - PEOPLE_LEAST)) :]
    return newest


def _scores(seen: Iterable[Score]) -> list[int]:
    return [person.score for person in seen]


def _healthy(seen: Iterable[Score]) -> list[int]:
    return [person.score for person in seen if person.proof is Proof.HEALTHY]


def _reference(healthy: Sequence[int], prior: int, profile: Profile) -> int:
    """Return what the ceiling stands on: the prior, or what people proven healthy show by now.

    A healthy person is above the middle by the widest margin at most: so far below the third
    highest of them the middle is at least. What a body mode shows keeps its own ceiling.
    """
    if profile.decides_on_body:
        return profile.baseline_centi_c
    if len(healthy) < PROOFS_LEAST:
        return prior
    return max(prior, sorted(healthy)[-PROOFS_LEAST] - profile.margins[0][1])


def _proof(step: HoldStep) -> Proof | None:
    if step.step is HoldState.CONFIRMED:
        return Proof.FEVERISH
    if step.step is HoldState.RELEASED:
        return Proof.HEALTHY
    return _by_contact(step.contact_centi_c)


def _by_contact(centi_c: int | None) -> Proof | None:
    if centi_c is None or centi_c < COLD_CONTACT_CENTI_C:
        return None
    return Proof.FEVERISH if centi_c >= FEVER_CONTACT_CENTI_C else Proof.HEALTHY


def _elevated(measured: Temperature, score: int) -> bool:
    limits = (measured.threshold_centi_c, measured.ceiling_centi_c)
    return any(limit is not None and score >= limit for limit in limits)
