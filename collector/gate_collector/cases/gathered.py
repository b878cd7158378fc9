"""Gathers what the store holds of one case: the doors' events, readings, contacts, alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import PhoneRule, Policy
from gate_agent.contract.records import (
    HoldIdentified,
    HoldNoted,
    HoldOpened,
    HoldState,
    NoteKind,
)
from gate_agent.words import Lang
from gate_collector.alerts.listed import text_of
from gate_collector.cases.readings import Passed, course_of, measured
from gate_collector.cases.timeline import by_office, hand_over_of, lines_of, symptoms_of
from gate_collector.centre import Centre
from gate_collector.contacts.trace import trace
from gate_collector.ledger.district import receipt_of
from gate_collector.ledger.held import HoldEntry
from gate_collector.papers.content import CaseFacts, HeldPerson, TimelineLine
from gate_collector.papers.kept import PaperIssued, papers_of
from gate_collector.store.dialect import snapshot
from gate_collector.store.doors import door_names
from gate_collector.store.schema import HOLD, NOTABLE
from gate_collector.store.schema_office import ALERT, ATTEMPT, DISTRICT, JUDGED, PAPER


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOf:
    """One alert of this case, and every try to tell somebody."""

    alert: Any
    tries: tuple[Any, ...]

    def text(self, lang: Lang) -> str:
        """Return what it says."""
        return text_of(self.alert, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case as the page shows it: what may be printed, and what never leaves the page."""

    facts: CaseFacts
    person_ref: str | None
    due: str | None  # when the next step is due; None: closed, or nobody knows
    overdue: int
    alerts: tuple[ToldOf, ...]
    papers: tuple[PaperIssued, ...]
    sealed: tuple[tuple[str, str, int], ...]  # events that hold a sealed text: gate, epoch, number


def gather_case(centre: Centre, gate: str, hold_id: str) -> OpenCase | None:
    """Return a case as it is known now; None where there is no such hold."""
    policy = centre.policy()
    traced = trace(centre.engine, gate, hold_id, policy.contacts)
    with snapshot(centre.engine) as connection:
        hold = connection.execute(
            select(HOLD).where(HOLD.c.gate == gate, HOLD.c.hold_id == hold_id)
        ).first()
        if hold is None:
            return None
        course = course_of(connection, hold)
        entries, passages = course.own, course.passages
        by_office_rows = _district_rows(connection, gate, hold_id)
        opened = next((one for one in entries if isinstance(one.record, HoldOpened)), None)
        symptoms, symptoms_sealed = symptoms_of((*course.joined, *entries))
        handed = hand_over_of(entries)
        lines = lines_of(course.everything, hold_id) + [by_office(row) for row in by_office_rows]
        if all(one.is_certain for one in lines):
            lines.sort(key=lambda one: one.at)
        names = door_names(connection)
        facts = CaseFacts(
            gate=gate,
            door=names[gate],
            hold_id=hold_id,
            opened=hold.opened or hold.since,
            is_opened_certain=opened is not None and opened.is_certain,
            reason=hold.reason or "",
            state=hold.state,
            outcome=hold.outcome,
            closed=hold.closed,
            is_drill=hold.drill,
            entered=traced and traced.entered,
            person=_person(hold, entries, passages, policy),
            lines=tuple(lines),
            measured=measured(course, policy.hold.contact_line_centi_c),
            district=receipt_of(connection, hold, policy, centre.now, entries),
            contacts=Counter(str(near.state) for near in traced.contacts) if traced else {},
            symptoms=symptoms,
            symptoms_sealed=symptoms_sealed,
            is_counselled=_noted((*course.joined, *entries), NoteKind.COUNSELLED),
            is_disinfected=hold.state == HoldState.CLOSED or _noted(entries, NoteKind.DISINFECTED),
            handed_to=handed and _clear(handed.to),
            vehicle=handed and _clear(handed.vehicle),
            is_handed_over=handed is not None,
            doors=_doors(gate, lines, names),
        )
        key = gate, hold_id
        return OpenCase(
            facts=facts,
            person_ref=hold.person_ref,
            due=_due(hold),
            overdue=hold.overdue,
            alerts=tuple(_alerts(connection, gate, hold_id)),
            papers=papers_of(connection, [key])[key],
            sealed=tuple((one.gate, one.epoch, one.sequence) for one in lines if one.is_sealed),
        )


def newest_of(connection: Connection) -> str:
    """Return a mark that changes whenever anything came that a case may show."""
    newest = [
        func.max(column)
        for column in (NOTABLE.c.id, ATTEMPT.c.id, ALERT.c.id, DISTRICT.c.id, JUDGED.c.id)
    ]
    numbers = [connection.execute(select(one)).scalar() or 0 for one in newest]
    answered, ended = (
        connection.execute(select(func.max(column))).scalar() or ""
        for column in (ALERT.c.answered, ALERT.c.ended)
    )
    papers = connection.execute(select(func.max(PAPER.c.issued))).scalar() or ""
    return ".".join(map(str, numbers)) + answered + ended + papers


def due_in_s(connection: Connection, gate: str, hold_id: str, centre: Centre) -> float | None:
    """Return the seconds until the next step is due, negative when late; None where none is."""
    hold = connection.execute(
        select(HOLD).where(HOLD.c.gate == gate, HOLD.c.hold_id == hold_id)
    ).first()
    due = None if hold is None else _due(hold)
    return None if due is None else round((parse_utc(due) - centre.now).total_seconds(), 1)


def _due(hold: Any) -> str | None:
    if hold.due_s is None or hold.state == HoldState.CLOSED:
        return None
    return format_utc(parse_utc(hold.since) + timedelta(seconds=hold.due_s))


def _doors(gate: str, lines: Sequence[TimelineLine], names: dict[str, str]) -> dict[str, str]:
    """Return what the doors are called that did something: also one that answered for another."""
    those = {gate, *(line.gate for line in lines), *(line.by for line in lines if line.by in names)}
    return {one: names[one] for one in sorted(those) if one}


def _clear(text: str | None) -> str | None:
    """Return a text that stands in clear."""
    return None if text is None or sealed_box(text) else text


def _district_rows(connection: Connection, gate: str, hold_id: str) -> Sequence[Any]:
    return connection.execute(
        select(DISTRICT)
        .where(DISTRICT.c.gate == gate, DISTRICT.c.hold_id == hold_id)
        .order_by(DISTRICT.c.id)
    ).all()


def _noted(entries: Sequence[HoldEntry], kind: NoteKind) -> bool:
    return any(isinstance(one.record, HoldNoted) and one.record.kind is kind for one in entries)


def _person(
    hold: Any, entries: Sequence[HoldEntry], passages: Sequence[Passed], policy: Policy
) -> HeldPerson:
    """Return what is known of who is held: the newest word counts, it may take back an earlier."""
    known = [one.record for one in entries if isinstance(one.record, HoldIdentified)]
    newest = known[-1] if known else None
    own = [
        one.record
        for one in passages
        if one.gate == hold.gate and one.record.passage_id == hold.passage_id
        and one.record.person_ref == hold.person_ref is not None
    ]  # fmt: skip
    opened = (one.record for one in entries if isinstance(one.record, HoldOpened))
    named = newest or next(opened, None)
    is_registered = (newest is not None and newest.registered) or any(one.registered for one in own)
    asked = policy.registration.phone is PhoneRule.REQUIRED
    return HeldPerson(
        category=hold.category or "unknown",
        is_named=hold.person_ref is not None,
        is_unsure=named is not None and named.unsure,
        is_registered=is_registered,
        has_phone=newest.phone if newest else is_registered and asked,
        companions=max([newest.companions if newest else 0, *(one.companions for one in own)]),
    )


def _alerts(connection: Connection, gate: str, hold_id: str) -> Iterator[ToldOf]:
    """Yield what leaders were told of this hold, to whom, and whether it was answered."""
    alerts = connection.execute(
        select(ALERT)
        .where(ALERT.c.key.startswith(f"hold:{gate}:{hold_id}:", autoescape=True))
        .order_by(ALERT.c.id)
    ).all()
    tries = connection.execute(
        select(ATTEMPT)
        .where(ATTEMPT.c.alert_id.in_([alert.id for alert in alerts]))
        .order_by(ATTEMPT.c.id)
    ).all()
    for alert in alerts:
        yield ToldOf(alert=alert, tries=tuple(one for one in tries if one.alert_id == alert.id))
