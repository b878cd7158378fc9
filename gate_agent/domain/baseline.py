"""The baseline (基线): what is usual at this door today, from the people themselves.

The median of the newest people, everyone, one value a person: it cannot lock up as a mean
without the flagged does. Only who was proven feverish with the contact thermometer is left out.
All of it is rebuilt from the journal's newest decisions; there is no other memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gate_agent.contract.measurement_records import ThermometerCommissioned
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import (
    HoldState,
    HoldStep,
    Outcome,
    PassageDecided,
    Record,
    Temperature,
)
from gate_agent.domain.changed import replace
from gate_agent.domain.flag_rate import NO_EVIDENCE, Evidence, is_stuck, margin
from gate_agent.domain.profile import Profile
from gate_agent.domain.steps import PROOFS_LEAST, median, since_fall, since_rise

PEOPLE = 30  # the window: 10 is noisy, 100 follows a day's drift too late
PEOPLE_LEAST = 10  # fewer are filled up with the prior
RECENT_S = 3 * 3600  # who came longer ago says nothing of the air and the instrument now
CAUGHT_UP = 15  # people: so soon a step is over
KNOWN = 200  # people who tell what this instrument at this door usually shows
KNOWN_S = 14 * 86_400
FEVER_CONTACT_CENTI_C = 3730  # 37.3 °C under the arm is fever
COLD_CONTACT_CENTI_C, HOT_CONTACT_CENTI_C = 3500, 4250  # beyond: it measured no body
UNTRUSTED = "thermometer_untrusted"  # the reason of a recheck by hand
NEW_DOOR = "new_door"  # the same, while what is usual here is not known yet (启用新门)
PLANNED = 50  # flags a thousand: its margin is the measure of how wide a profile's people vary


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
    baseline: int | None = None  # what it was held against
    proof: Proof | None = None
    contact: int | None = None
    asked: bool = False  # to be measured by hand, for a thermometer that is not trusted, or new

    @property
    def is_open(self) -> bool:
        """Whether the infrared value says nothing of this person, and nothing else does yet."""
        return self.asked and not self.elevated and self.proof is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual now, in scores; `reference` is what the ceiling stands on."""

    baseline: int
    people: int
    source: Source
    reference: int
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class Memory:
    """The last people at this door, oldest first; and how it came to know its own normal."""

    seen: tuple[Score, ...] = ()
    learnt: tuple[tuple[ThermometerCommissioned, int], ...] = ()  # one a profile, and when

    def after(self, record: Record, at_ns: int) -> Memory:
        """Return the memory after one more record of the journal; most change nothing."""
        match record:
            case PassageDecided():
                return self._decided(record, at_ns)
            case HoldStep():
                proof = _proof(record)
                if proof is None:
                    return self
                return self._proven(record.hold_id, proof, record.contact_centi_c)
            case ThermometerCommissioned():
                others = [one for one in self.learnt if one[0].profile != record.profile]
                return replace(self, learnt=(*others, (record, at_ns)))
            case _:
                return self

    def learnt_of(self, profile: Profile) -> tuple[ThermometerCommissioned, int] | None:
        """Return how this profile's normal was learnt here, and when; None if it never was."""
        return next((one for one in self.learnt if one[0].profile == profile.label), None)

    def usual(self, profile: Profile, now_ns: int) -> Usual:
        """Return what is usual at this moment."""
        label, since_ns = profile.label, now_ns - KNOWN_S * NS_PER_S
        ours = _since((one for one in self.seen if one.profile == label), since_ns)
        known = [one for one in ours if one.proof is not Proof.FEVERISH]
        is_known = len(known) >= PEOPLE_LEAST
        learnt = self.learnt_of(profile)
        if learnt is not None and learnt[1] < since_ns:
            learnt = None
        prior = profile.baseline_centi_c if learnt is None else learnt[0].baseline_centi_c
        if is_known:
            prior = median(_scores(known))
        learns = not is_known and len(_healthy(known)) >= PROOFS_LEAST  # a new door (启用新门)
        fill = prior
        if learns:  # few are flagged before it is learnt, few fevers missed after
            fill = _of_few(known) if learnt is None else median(_scores(known))
        recent = _since(known, now_ns - RECENT_S * NS_PER_S)
        evidence = _evidence(ours, profile.margin(PLANNED))
        width = margin(profile, PLANNED, evidence)
        newest = _since_rise(recent[-PEOPLE:], width)
        scores = _scores(newest)
        fallen = scores[since_fall(scores, width) :]
        if len(fallen) == len(scores):
            fallen = [*scores, *[fill] * (PEOPLE_LEAST - len(scores))]
        source = Source.MEMORY if is_known or learnt else Source.MODEL
        return Usual(
            baseline=median(fallen),
            people=min(len(fallen), len(newest)),
            source=Source.PEOPLE if len(newest) >= PEOPLE_LEAST else source,
            reference=_reference(
                _healthy(recent), prior if profile.decides_on_body else fill, profile
            ),
            evidence=evidence,
        )

    def _decided(self, record: PassageDecided, at_ns: int) -> Memory:
        """Take in a verdict: it replaces what was known of this passage and of this person."""
        measured = record.temperature
        score, surface = measured.score_centi_c, measured.surface_centi_c
        if score is None or surface is None or measured.outcome is Outcome.UNUSABLE:
            return self
        ref, passage_id = record.person_ref, record.passage_id
        before = next((one for one in self.seen if one.passage_id == passage_id), None)
        others = [one for one in self.seen if one.passage_id != passage_id]
        if ref is not None:
            others = [one for one in others if one.person_ref != ref]
        proof = None if before is None else before.proof
        contact = measured.contact_centi_c or (None if before is None else before.contact)
        new = Score(
            passage_id=record.passage_id,
            person_ref=record.person_ref,
            hold_id=record.hold_id,
            profile=measured.profile,
            surface=surface,
            score=score,
            elevated=_elevated(measured, score) and NEW_DOOR not in record.reasons,
            at_ns=at_ns,
            baseline=measured.baseline_centi_c,
            proof=_by_contact(measured.contact_centi_c, measured.contact_threshold_centi_c)
            or proof,
            contact=contact,
            asked=not {UNTRUSTED, NEW_DOOR}.isdisjoint(record.reasons),
        )
        return replace(self, seen=(*others, new)[-KNOWN:])

    def _proven(self, hold_id: str, proof: Proof, contact: int | None) -> Memory:
        return replace(
            self,
            seen=tuple(
                replace(seen, proof=proof, contact=contact or seen.contact)
                if seen.hold_id == hold_id
                else seen
                for seen in self.seen
            ),
        )


NOBODY_SEEN = Memory()


def remembered(records: Iterable[tuple[Record, int]]) -> Memory:
    """Return the memory after these records of the journal, oldest first, each with its time."""
    memory = NOBODY_SEEN
    for record, at_ns in records:
        memory = memory.after(record, at_ns)
    return memory


def _since(seen: Iterable[Score], ns: int) -> list[Score]:
    return [person for person in seen if person.at_ns >= ns]


def _since_rise(newest: list[Score], width: int) -> list[Score]:
    is_fever = [one.elevated and one.proof is Proof.HEALTHY for one in newest]
    return newest[since_rise(_scores(newest), is_fever, width) :]


def _evidence(ours: Sequence[Score], width: int) -> Evidence:
    """Return how the healthy stood to the baseline of their time.

    Who came while it caught up with a step is held against the one that it came to.
    """
    if is_stuck([one.contact for one in ours if one.contact is not None]):
        return NO_EVIDENCE
    unflagged, found_healthy = [], []
    flagged = answered = 0
    later = [one.baseline for one in ours[CAUGHT_UP:]]
    later += [one.baseline for one in ours[-1:]] * CAUGHT_UP
    for one, came_to in zip(ours, later, strict=False):
        flagged += one.elevated
        answered += one.elevated and one.proof is not None
        if one.baseline is None or came_to is None or one.proof is Proof.FEVERISH:
            continue
        against = came_to if 2 * (came_to - one.baseline) >= width else one.baseline
        if not one.elevated:
            unflagged.append(one.score - against)
        elif one.proof is Proof.HEALTHY:
            found_healthy.append(one.score - against)
    return Evidence(
        unflagged=tuple(unflagged),
        found_healthy=tuple(found_healthy),
        flagged=flagged,
        answered=answered,
    )


def _scores(seen: Iterable[Score]) -> list[int]:
    return [person.score for person in seen]


def _healthy(seen: Iterable[Score]) -> list[int]:
    return [person.score for person in seen if person.proof is Proof.HEALTHY]


def _of_few(known: Sequence[Score]) -> int:
    """Return what may be usual at a new door: half way up from the middle to the highest proven.

    The middle of a few lies low by chance: one door in forty then flagged 7 of its first 15.
    """
    return (median(_scores(known)) + max(_healthy(known))) // 2


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


def _by_contact(centi_c: int | None, line: int | None = None) -> Proof | None:
    if centi_c is None or not COLD_CONTACT_CENTI_C <= centi_c <= HOT_CONTACT_CENTI_C:
        return None
    return Proof.FEVERISH if centi_c >= (line or FEVER_CONTACT_CENTI_C) else Proof.HEALTHY


def _elevated(measured: Temperature, score: int) -> bool:
    limits = (measured.threshold_centi_c, measured.ceiling_centi_c)
    return any(limit is not None and score >= limit for limit in limits)
