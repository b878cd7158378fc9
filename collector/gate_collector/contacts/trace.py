"""Who was near a held person: what the door listed, and who passed either door at that time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from gate_agent.contract.contact_states import next_states
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import ContactState, Decision
from gate_agent.words import Lang, word
from gate_collector.contacts.closeness import (
    SAME_MINUTE_S,
    Closeness,
    TimeInside,
    Together,
    nearest,
    rank,
    together,
)
from gate_collector.contacts.companions import companions_of
from gate_collector.contacts.listed import Judgement, listed_by
from gate_collector.live.inside import Stay, stays
from gate_collector.store.dialect import snapshot
from gate_collector.store.schema import DOUBTED, HOLD, PASSAGE, own_word_of
from gate_collector.store.schema_office import JUDGED

INSIDE = timedelta(hours=4)  # an earlier admission of the same person counts as a stay so long
_FOUND_INSIDE = "found_inside"  # such a hold began at no door


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """One person near a held one; the nearest passage in time tells where and when."""

    person_ref: str
    gate: str
    category: str
    passed: str
    apart_s: float
    closeness: Closeness = Closeness.PASSED
    together: Together | None = None  # 同时在馆
    listed: bool = False  # by the guard's own screen
    held: tuple[str, str] | None = None  # their own hold, where they have one: door and id
    judgements: tuple[Judgement, ...] = ()  # the guard's, then the office's, which stand
    by_office: int = 0  # how many of them
    said: str | None = None  # by the door's own clock, where that was in doubt
    booted: str | None = None  # with it: whether `passed` was corrected

    @property
    def inside(self) -> bool:
        """Whether they were inside with the held person."""
        return self.together is not None

    @property
    def newest(self) -> Judgement | None:
        """What was said of them last."""
        return self.judgements[-1] if self.judgements else None

    @property
    def state(self) -> ContactState:
        """What they are by now."""
        return ContactState.PROPOSED if self.newest is None else self.newest.state

    @property
    def by(self) -> str:
        """Who said so."""
        return "" if self.newest is None else self.newest.by

    def reason(self, lang: Lang) -> str:
        """Return why, as far as that was told; a free text of a door is sealed (已封存)."""
        if self.newest is None:
            return ""
        return word("term.sealed", lang) if self.newest.is_sealed else self.newest.reason

    @property
    def seen(self) -> int:
        """How often something was said of them: another number is another state of affairs."""
        return len(self.judgements)

    @property
    def next(self) -> tuple[ContactState, ...]:
        """What may be said of this contact now."""
        return next_states(self.state)

    @property
    def last_contact(self) -> datetime:
        """When they were near for the last time, as far as is known."""
        passed = parse_utc(self.passed)
        return passed if self.together is None else max(passed, self.together.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hold with everybody near it, the closest first."""

    gate: str
    hold_id: str
    person_ref: str | None
    opened: str
    state: str
    outcome: str | None
    entered: str | None
    contacts: tuple[Near, ...]
    unnamed: int = 0  # who passed near in time, and of whom nobody knows who it was


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patient:
    """The held person: by which references they went, and when they were at which door."""

    refs: frozenset[str]
    passages: frozenset[tuple[str, str]]  # door and passage
    moments: Mapping[str, tuple[datetime, ...]]  # by door
    opened: datetime
    entered: datetime | None


def trace(engine: Engine, gate: str, hold_id: str, policy: ContactsPolicy) -> Case | None:
    """Return the case of a hold, None if there is none; nobody who was held is its own contact."""
    with snapshot(engine) as connection:
        held = connection.execute(
            select(HOLD).where(HOLD.c.gate == gate, HOLD.c.hold_id == hold_id)
        ).first()
        if held is None or held.opened is None:
            return None
        patient = _patient(connection, held)
        rows = _rows(connection, patient, policy)
        own_stays, stays_by_ref = _stays(connection, patient)
        with_them = companions_of(connection, patient.passages, patient.refs)
        nearby = _passed(rows, patient)
        for ref, listed in listed_by(connection, gate, hold_id).items():
            base = nearby.get(ref) or Near(
                person_ref=ref, gate=gate, category=listed.category, passed=listed.passed,
                apart_s=listed.apart_s, closeness=Closeness.LISTED,
            )  # fmt: skip
            nearby[ref] = replace(base, listed=True, judgements=listed.judgements)
        for ref, own in stays_by_ref.items():
            inside = together(own_stays, _believed(own, patient.entered), patient.opened)
            if inside is not None:
                nearby[ref] = replace(nearby.get(ref) or _by_stay(own[0], patient), together=inside)
        for ref, companion in with_them.items():
            nearby[ref] = nearby.get(ref) or replace(
                Near(person_ref=ref, gate=companion.gate, category=companion.category,
                     passed=companion.decided, apart_s=0),
                apart_s=(parse_utc(companion.decided) - patient.opened).total_seconds(),
            )  # fmt: skip
        for ref in patient.refs:
            nearby.pop(ref, None)  # also who was listed before it was known who is held
        judged = _judged(connection, gate, hold_id)
        own_holds = _holds_of(connection, patient.opened)
    contacts = [
        replace(
            near,
            closeness=_closeness(near, is_companion=ref in with_them),
            judgements=(*near.judgements, *judged.get(ref, ())),
            by_office=len(judged.get(ref, ())),
            held=own_holds.get(ref),
        )
        for ref, near in nearby.items()
    ]
    contacts.sort(key=lambda one: (*rank(one.closeness, one.together, one.apart_s), one.person_ref))
    return Case(
        gate=gate,
        hold_id=hold_id,
        person_ref=held.person_ref,
        opened=held.opened,
        state=held.state,
        outcome=held.outcome,
        entered=None if patient.entered is None else format_utc(patient.entered),
        contacts=tuple(contacts),
        unnamed=_unnamed(rows, patient, policy),
    )


def _patient(connection: Connection, held: Any) -> _Patient:
    """Return what is known of the held person, by their card or by the passage that was held."""
    opened = parse_utc(held.opened)
    of_hold = connection.execute(
        select(PASSAGE).where(
            PASSAGE.c.gate == held.gate,
            (PASSAGE.c.passage_id == held.passage_id) | (PASSAGE.c.hold_id == held.hold_id),
        )
    ).all()
    by_passage = [row.person_ref for row in of_hold if row.passage_id == held.passage_id]
    refs = {ref for ref in ([held.person_ref] if held.person_ref else by_passage) if ref}
    around = connection.execute(
        select(PASSAGE).where(
            PASSAGE.c.person_ref.in_(refs),
            PASSAGE.c.drill.is_(held.drill),
            PASSAGE.c.decided >= format_utc(opened - INSIDE),
            PASSAGE.c.decided <= format_utc(opened + INSIDE),
        )
    ).all()
    own = {(row.gate, row.passage_id): row for row in (*of_hold, *around)
           if row.person_ref in refs or row.passage_id == held.passage_id}  # fmt: skip
    moments: dict[str, tuple[datetime, ...]] = {}
    if held.reason != _FOUND_INSIDE:
        moments[held.gate] = (opened,)
    for row in own.values():
        moments[row.gate] = (*moments.get(row.gate, ()), parse_utc(row.decided))
    admitted = [
        row.decided
        for row in own.values()
        if row.decision == Decision.ADMIT.value and row.decided < held.opened
    ]
    return _Patient(
        refs=frozenset(refs),
        passages=frozenset(own),
        moments=moments,
        opened=opened,
        entered=parse_utc(min(admitted)) if admitted else None,
    )


def _rows(connection: Connection, patient: _Patient, policy: ContactsPolicy) -> list[Any]:
    """Return the passages from when the held person came, or a little before the hold, on."""
    before = patient.opened - timedelta(seconds=policy.before_s)
    since = min([before, *([patient.entered] if patient.entered else [])])
    until = patient.opened + timedelta(seconds=policy.after_s)
    return list(
        connection.execute(
            select(PASSAGE, DOUBTED.c.said, DOUBTED.c.booted)
            .outerjoin(DOUBTED, own_word_of(PASSAGE))
            .where(
                PASSAGE.c.decided >= format_utc(since),
                PASSAGE.c.decided <= format_utc(until),
                PASSAGE.c.drill.is_(False),
            )
        )
    )


def _passed(rows: Iterable[Any], patient: _Patient) -> dict[str, Near]:
    """Return who passed: each by the passage that was nearest to the held person's own."""
    nearby: dict[str, tuple[tuple[bool, float], Near]] = {}
    for row in rows:
        if row.person_ref is None:
            continue
        at = parse_utc(row.decided)
        beside = nearest(at, patient.moments.get(row.gate, ()))
        if beside is None or abs(beside.total_seconds()) > SAME_MINUTE_S:
            is_near, apart_s = False, (at - patient.opened).total_seconds()
        else:
            is_near, apart_s = True, beside.total_seconds()
        place = (not is_near, abs(apart_s))
        known = nearby.get(row.person_ref)
        if known is None or place < known[0]:
            near = Near(
                person_ref=row.person_ref,
                gate=row.gate,
                category=row.category,
                passed=row.decided,
                apart_s=apart_s,
                closeness=Closeness.SAME_MINUTE if is_near else Closeness.PASSED,
                said=row.said,
                booted=row.booted,
            )
            nearby[row.person_ref] = place, near
    return {ref: near for ref, (_, near) in nearby.items()}


def _stays(
    connection: Connection, patient: _Patient
) -> tuple[list[TimeInside], dict[str, list[Stay]]]:
    """Return when the held person was inside, and the stays of everybody else meanwhile."""
    if patient.entered is None:
        return [], {}
    ours: list[TimeInside] = []
    theirs: dict[str, list[Stay]] = {}
    for stay in stays(connection, patient.entered, patient.opened):
        if stay.person_ref in patient.refs:
            ours.append(_inside(stay))
        else:
            theirs.setdefault(stay.person_ref, []).append(stay)
    return ours, theirs


def _inside(stay: Stay) -> TimeInside:
    left = None if stay.left is None else parse_utc(stay.left)
    return TimeInside(since=parse_utc(stay.entered), until=left, is_seen=stay.is_seen)


def _believed(own: Iterable[Stay], entered: datetime | None) -> list[TimeInside]:
    """Return the stays that count: who came in before the held person must have been seen leaving.

    Else nobody knows whether they were still there.
    """
    return [
        _inside(stay)
        for stay in own
        if stay.is_seen or (entered is not None and parse_utc(stay.entered) >= entered)
    ]


def _by_stay(stay: Stay, patient: _Patient) -> Near:
    return Near(
        person_ref=stay.person_ref,
        gate=stay.gate,
        category=stay.category,
        passed=stay.entered,
        apart_s=(parse_utc(stay.entered) - patient.opened).total_seconds(),
    )


def _closeness(near: Near, *, is_companion: bool) -> Closeness:
    if is_companion:
        return Closeness.COMPANION
    if near.closeness is Closeness.PASSED and near.inside:
        return Closeness.INSIDE
    return near.closeness


def _unnamed(rows: Iterable[Any], patient: _Patient, policy: ContactsPolicy) -> int:
    since = format_utc(patient.opened - timedelta(seconds=policy.before_s))
    return sum(
        row.person_ref is None
        and row.decided >= since
        and (row.gate, row.passage_id) not in patient.passages
        for row in rows
    )


def _judged(connection: Connection, gate: str, hold_id: str) -> dict[str, list[Judgement]]:
    """Return what the office said of each contact of a hold, in its order."""
    judged: dict[str, list[Judgement]] = {}
    for row in connection.execute(
        select(JUDGED)
        .where(JUDGED.c.gate == gate, JUDGED.c.hold_id == hold_id)
        .order_by(JUDGED.c.id)
    ):
        said = Judgement(state=ContactState(row.state), by=row.by, reason=row.reason, at=row.at)
        judged.setdefault(row.person_ref, []).append(said)
    return judged


def _holds_of(connection: Connection, opened: datetime) -> dict[str, tuple[str, str]]:
    """Return the newest hold of each person who was held around this time, by reference."""
    rows = connection.execute(
        select(HOLD.c.person_ref, HOLD.c.gate, HOLD.c.hold_id)
        .where(
            HOLD.c.person_ref.is_not(None),
            HOLD.c.drill.is_(False),
            HOLD.c.opened >= format_utc(opened - INSIDE),
        )
        .order_by(HOLD.c.opened)
    )
    return {row.person_ref: (row.gate, row.hold_id) for row in rows}
