"""Gathers what the store holds of one case: the doors' events, readings, contacts, alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import PhoneRule, Policy
from gate_agent.contract.records import (
    HoldIdentified,
    HoldNoted,
    HoldOpened,
    HoldState,
    HoldStep,
    NoteKind,
    PassageDecided,
)
from gate_agent.words import Lang
from gate_collector.alerts.listed import text_of
from gate_collector.cases.timeline import by_office, hand_over_of, lines_of, symptoms_of
from gate_collector.centre import Centre
from gate_collector.contacts.trace import trace
from gate_collector.ledger.district import receipt_of
from gate_collector.ledger.held import HoldEntry, entries_of
from gate_collector.papers.content import CaseFacts, HeldPerson, HoldReading
from gate_collector.papers.kept import PaperIssued, papers_of
from gate_collector.store.dialect import snapshot
from gate_collector.store.doors import door_names
from gate_collector.store.schema import EVENT, HOLD, NOTABLE, PASSAGE
from gate_collector.store.schema_office import ALERT, ATTEMPT, DISTRICT, JUDGED, PAPER

_AROUND = timedelta(hours=12)  # readings of the same person so long before and after
_MOST_PASSAGES = 50
Passed = tuple[str, PassageDecided]  # at which door


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
        entries = entries_of(connection, gate, hold_id)
        by_office_rows = _district_rows(connection, gate, hold_id)
        passages = list(_passages(connection, hold))
        opened = next((one for one in entries if isinstance(one.record, HoldOpened)), None)
        symptoms, symptoms_sealed = symptoms_of(entries)
        handed = hand_over_of(entries)
        lines = lines_of(entries) + [by_office(row) for row in by_office_rows]
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
            measured=_measured(hold, entries, passages, policy.hold.contact_line_centi_c),
            district=receipt_of(connection, hold, policy, centre.now, entries),
            contacts=Counter(str(near.state) for near in traced.contacts) if traced else {},
            symptoms=symptoms,
            symptoms_sealed=symptoms_sealed,
            is_counselled=_noted(entries, NoteKind.COUNSELLED),
            is_disinfected=hold.state == HoldState.CLOSED or _noted(entries, NoteKind.DISINFECTED),
            handed_to=handed and _clear(handed.to),
            vehicle=handed and _clear(handed.vehicle),
            is_handed_over=handed is not None,
            doors={one: names[one] for one in {gate, *(line.gate for line in lines)} if one},
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
        record
        for gate, record in passages
        if gate == hold.gate and record.passage_id == hold.passage_id
        and record.person_ref == hold.person_ref is not None
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


def _measured(
    hold: Any, entries: Sequence[HoldEntry], passages: Sequence[Passed], line_centi_c: int
) -> tuple[HoldReading, ...]:
    """Return every reading of this person around the hold, in the order of time."""
    readings = [one for gate, record in passages for one in _of_passage(gate, record)]
    if not any(one.gate == hold.gate and not one.is_contact for one in readings):
        readings += _at_opening(entries)
    last: int | None = None
    for entry in entries:
        record = entry.record
        if not isinstance(record, HoldStep) or (contact := record.contact_centi_c) is None:
            continue
        if record.step is HoldState.RELEASED and contact == last:
            continue  # a release repeats what the recheck said
        last = contact
        readings.append(
            HoldReading(
                at=entry.time,
                gate=entry.gate,
                is_contact=True,
                contact_centi_c=contact,
                limit_centi_c=record.contact_threshold_centi_c or line_centi_c,
                by=record.by,
            )
        )
    return tuple(sorted(readings, key=lambda one: one.at))


def _at_opening(entries: Sequence[HoldEntry]) -> Iterator[HoldReading]:
    """Yield what the opening of the hold tells, where no passage does."""
    for entry in entries:
        if isinstance(entry.record, HoldOpened) and entry.record.surface_centi_c is not None:
            skin = entry.record.surface_centi_c
            yield HoldReading(
                at=entry.time, gate=entry.gate, is_contact=False, surface_centi_c=skin
            )


def _passages(connection: Connection, hold: Any) -> Iterator[Passed]:
    """Yield the passage that was held, and this person's others around it, at either door."""
    these = and_(PASSAGE.c.gate == hold.gate, PASSAGE.c.passage_id == hold.passage_id)
    if hold.person_ref is not None and hold.opened is not None:
        opened = parse_utc(hold.opened)
        around = PASSAGE.c.decided.between(
            format_utc(opened - _AROUND), format_utc(opened + _AROUND)
        )
        these = or_(these, and_(PASSAGE.c.person_ref == hold.person_ref, around))
    same = and_(*(EVENT.c[key] == PASSAGE.c[key] for key in ("gate", "epoch", "sequence")))
    bodies = connection.execute(
        select(EVENT.c.body)
        .select_from(PASSAGE.join(EVENT, same))
        .where(these, PASSAGE.c.drill.is_(hold.drill))
        .order_by(PASSAGE.c.decided)
        .limit(_MOST_PASSAGES)
    ).scalars()
    for body in bodies:
        event = None if body is None else parse_body(bytes(body))
        record = None if event is None else event.record()
        if event is not None and isinstance(record, PassageDecided):
            yield event.gate, record


def _of_passage(gate: str, record: PassageDecided) -> Iterator[HoldReading]:
    temperature = record.temperature
    if temperature.surface_centi_c is not None:
        yield HoldReading(
            at=record.decided,
            gate=gate,
            is_contact=False,
            surface_centi_c=temperature.surface_centi_c,
            judged_centi_c=temperature.score_centi_c,
            limit_centi_c=temperature.threshold_centi_c,
            ambient_centi_c=temperature.ambient_centi_c,
            outcome=temperature.outcome.value,
        )
    if temperature.contact_centi_c is not None:
        yield HoldReading(
            at=temperature.contact_at or record.decided,
            gate=gate,
            is_contact=True,
            contact_centi_c=temperature.contact_centi_c,
            limit_centi_c=temperature.contact_threshold_centi_c,
            by=temperature.contact_by or "",
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
