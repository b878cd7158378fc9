"""Who was near a held person: what the door listed, and who passed either door at that time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from gate_agent.contract.contact_states import next_states
from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import (
    ContactListed,
    ContactState,
    ContactUpdated,
    Decision,
)
from gate_agent.errors import AskedInVain
from gate_agent.words import word
from gate_collector.live.inside import stays
from gate_collector.store.dialect import snapshot
from gate_collector.store.records import read_record
from gate_collector.store.schema import DOUBTED, HOLD, NOTABLE, PASSAGE, own_word_of
from gate_collector.store.schema_office import JUDGED

_INSIDE = timedelta(hours=4)  # an earlier admission of the same person counts as a stay so long


class Unjudgeable(AskedInVain):
    """This cannot be said of this contact now; `code` says why in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """One person near a held one; the nearest passage in time tells where and when."""

    person_ref: str
    gate: str
    category: str
    passed: str
    apart_s: float
    listed: bool  # by the guard's own screen
    inside: bool  # admitted between the held person's own admission and the hold
    state: ContactState
    by: str = ""
    reason: str = ""
    said: str | None = None  # by the door's own clock, where that was in doubt
    booted: str | None = None  # with it: whether `passed` was corrected

    @property
    def next(self) -> tuple[ContactState, ...]:
        """What may be said of this contact now."""
        return next_states(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hold with everybody near it."""

    gate: str
    hold_id: str
    person_ref: str | None
    opened: str
    state: str
    outcome: str | None
    entered: str | None
    contacts: tuple[Near, ...]


def trace(engine: Engine, gate: str, hold_id: str, policy: ContactsPolicy) -> Case | None:
    """Return the case of a hold, None if there is none; nobody who was held is its own contact."""
    with snapshot(engine) as connection:
        held = connection.execute(
            select(HOLD).where(HOLD.c.gate == gate, HOLD.c.hold_id == hold_id)
        ).first()
        if held is None or held.opened is None:
            return None
        opened = parse_utc(held.opened)
        entered = _entered(connection, held.person_ref, opened)
        nearby = _passed(connection, opened, entered, policy)
        if entered is not None:
            nearby = _inside_with(connection, nearby, entered, opened)
        nearby.pop(held.person_ref, None)
        for ref, near in _listed(connection, gate, hold_id).items():
            if ref == held.person_ref:
                continue  # listed before it was known who is held
            known = nearby.get(ref)
            inside = known is not None and known.inside
            nearby[ref] = replace(near, inside=inside)
        for row in connection.execute(
            select(JUDGED)
            .where(JUDGED.c.gate == gate, JUDGED.c.hold_id == hold_id)
            .order_by(JUDGED.c.id)
        ):
            if row.person_ref in nearby:
                judged = nearby[row.person_ref]
                state = ContactState(row.state)
                nearby[row.person_ref] = replace(judged, state=state, by=row.by, reason=row.reason)
    return Case(
        gate=gate,
        hold_id=hold_id,
        person_ref=held.person_ref,
        opened=held.opened,
        state=held.state,
        outcome=held.outcome,
        entered=None if entered is None else format_utc(entered),
        contacts=tuple(sorted(nearby.values(), key=lambda near: abs(near.apart_s))),
    )


def judge(
    engine: Engine, case: Case, person_ref: str, state: ContactState, *,
    by: str, at: datetime, reason: str,
) -> None:  # fmt: skip
    """Keep what the office says. Raises Unjudgeable."""
    near = next((one for one in case.contacts if one.person_ref == person_ref), None)
    if near is None or state not in near.next:
        allowed = " or ".join(near.next) if near and near.next else "a contact of this hold"
        raise Unjudgeable("out_of_turn", f"expected {allowed}, got {state}")
    if state in (ContactState.DISMISSED, ContactState.CLEARED) and not reason:
        raise Unjudgeable("reason", f"expected a reason with {state}, got none")
    row = {"gate": case.gate, "hold_id": case.hold_id, "person_ref": person_ref,
           "state": state.value, "by": by, "at": format_utc(at), "reason": reason}  # fmt: skip
    with engine.begin() as connection:
        connection.execute(JUDGED.insert().values(row))


def _entered(connection: Connection, ref: str | None, opened: datetime) -> datetime | None:
    """Return when the held person was let in before, at either door."""
    if ref is None:
        return None
    decided = connection.execute(
        select(PASSAGE.c.decided)
        .where(
            PASSAGE.c.person_ref == ref,
            PASSAGE.c.decision == Decision.ADMIT.value,
            PASSAGE.c.decided >= format_utc(opened - _INSIDE),
            PASSAGE.c.decided < format_utc(opened),
        )
        .order_by(PASSAGE.c.decided)
        .limit(1)
    ).scalar()
    return None if decided is None else parse_utc(decided)


def _passed(
    connection: Connection, opened: datetime, entered: datetime | None, policy: ContactsPolicy
) -> dict[str, Near]:
    before = opened - timedelta(seconds=policy.before_s)
    since = before if entered is None else min(before, entered)
    until = opened + timedelta(seconds=policy.after_s)
    rows = connection.execute(
        select(PASSAGE, DOUBTED.c.said, DOUBTED.c.booted)
        .outerjoin(DOUBTED, own_word_of(PASSAGE))
        .where(
            PASSAGE.c.decided >= format_utc(since),
            PASSAGE.c.decided <= format_utc(until),
            PASSAGE.c.person_ref.is_not(None),
            PASSAGE.c.drill.is_(False),
        )
    )
    nearby: dict[str, Near] = {}
    for row in rows:
        apart_s = (parse_utc(row.decided) - opened).total_seconds()
        near = Near(
            person_ref=row.person_ref,
            gate=row.gate,
            category=row.category,
            passed=row.decided,
            apart_s=apart_s,
            listed=False,
            inside=False,
            state=ContactState.PROPOSED,
            said=row.said,
            booted=row.booted,
        )
        known = nearby.get(row.person_ref)
        if known is None or abs(apart_s) < abs(known.apart_s):
            nearby[row.person_ref] = near
    return nearby


def _inside_with(
    connection: Connection, nearest: dict[str, Near], entered: datetime, opened: datetime
) -> dict[str, Near]:
    """Return the same with everybody whose time in the hall overlapped the held person's.

    Who was let in before counts where an exit saw them leave after: else nobody knows.
    """
    near = dict(nearest)
    for stay in stays(connection, entered, opened):
        if parse_utc(stay.entered) < entered and not stay.is_seen:
            continue
        known = near.get(stay.person_ref) or Near(
            person_ref=stay.person_ref,
            gate=stay.gate,
            category=stay.category,
            passed=stay.entered,
            apart_s=(parse_utc(stay.entered) - opened).total_seconds(),
            listed=False,
            inside=True,
            state=ContactState.PROPOSED,
        )
        near[stay.person_ref] = replace(known, inside=True)
    return near


def _listed(connection: Connection, gate: str, hold_id: str) -> dict[str, Near]:
    """Return what the door itself listed of this hold, with what the guard said of each."""
    rows = connection.execute(
        select(NOTABLE.c.type, NOTABLE.c.data)
        .where(
            NOTABLE.c.gate == gate,
            NOTABLE.c.type.in_((ContactListed.TYPE, ContactUpdated.TYPE)),
        )
        .order_by(NOTABLE.c.epoch, NOTABLE.c.sequence)
    ).all()
    by_id: dict[str, Near] = {}
    for kind, data in rows:
        if kind == ContactListed.TYPE:
            listed = read_record(ContactListed, data)
            if listed is None or listed.hold_id != hold_id:
                continue
            for entry in listed.contacts:
                if entry.person_ref is not None:
                    by_id[entry.contact_id] = Near(
                        person_ref=entry.person_ref,
                        gate=gate,
                        category=entry.category.value,
                        passed=entry.passed,
                        apart_s=entry.apart_s,
                        listed=True,
                        inside=False,
                        state=ContactState.PROPOSED,
                    )
        else:
            said = read_record(ContactUpdated, data)
            if said is not None and said.contact_id in by_id:
                by_id[said.contact_id] = replace(
                    by_id[said.contact_id], state=said.state, by=said.by, reason=_read(said.reason)
                )
    return {near.person_ref: near for near in by_id.values()}


def _read(reason: str | None) -> str:
    """Return a door's reason as it may be shown here: a free text is sealed (已封存)."""
    return word("term.sealed") if reason and sealed_box(reason) else reason or ""
