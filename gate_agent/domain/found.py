"""Who falls ill inside the hall (厅内发现): a hold without a door, by the same procedure."""

from __future__ import annotations

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment, format_utc, parse_utc
from gate_agent.contract.order_records import OrderAnswered, OrderRefusal
from gate_agent.contract.records import Category, Decision
from gate_agent.domain import hall
from gate_agent.domain.changed import replace
from gate_agent.domain.effects import Note, StepRefused, WriteEvent
from gate_agent.domain.events import FoundInside, FoundOrdered
from gate_agent.domain.hold import FOUND_INSIDE, open_hold
from gate_agent.domain.neighbours import held_there
from gate_agent.domain.passage import Settled
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.verdict import category

_MOST_ANSWERED = 256  # more than are made while one lives


def on_found(door: DoorState, event: FoundInside) -> Step:
    """Open a hold for somebody inside, whom this door's guard found.

    Their entry stays what it was. A document, a phone, a contact reading come as for any hold.
    """
    if not event.by.strip() or not event.place.strip():
        raise StepRefused("invalid", "who found them, and where", "less")
    entries = door.inside.entered
    entry = next((one for one in entries if one.passage_id == event.passage_id), None)
    if event.passage_id is not None and entry is None:
        raise StepRefused("not_found", "somebody who is inside", "another")
    person_ref = event.person_ref if event.person is None else event.person.person_ref
    if event.entry is not None and person_ref is None:
        raise StepRefused("not_found", "somebody whom another door let in", "another")
    if entry is not None:
        person_ref = entry.person_ref
    if _is_held(door, person_ref) or held_there(door.neighbours, person_ref):
        raise StepRefused("out_of_turn", "somebody without an open hold", "one who is held")
    known = category(event.person) if entry is None else entry.category
    return _held(door, event.at, person_ref, known, event.person, place=event.place, by=event.by)


def on_ordered(door: DoorState, event: FoundOrdered) -> Step:
    """Do what the centre asks, once, and record the answer with it; nobody waits for a refusal."""
    order, at = event.order, event.at
    if order.order_id in door.answered:
        return Step(door, (Note("order_again"),))
    refusal: OrderRefusal | None = None
    if at.utc > parse_utc(order.expires):
        refusal = OrderRefusal.EXPIRED
    elif _is_held(door, order.person_ref) or held_there(door.neighbours, order.person_ref):
        refusal = OrderRefusal.HELD
    done = Step(door)
    if refusal is None:
        entry = door.inside.of(order.person_ref)
        known = order.category if entry is None else entry.category
        done = _held(
            door, at, order.person_ref, known, event.person,
            place=event.place, by=order.by, ordered_by=order.by,
        )  # fmt: skip
    answer = OrderAnswered(
        order_id=order.order_id,
        hold_id=None if refusal else done.door.holds[-1].hold_id,
        refusal=refusal,
        by=order.by,
        made=order.made,
        at=format_utc(at.utc),
    )
    answered = (*door.answered, order.order_id)[-_MOST_ANSWERED:]
    return Step(replace(done.door, answered=answered), (*done.effects, WriteEvent(answer)))


def _is_held(door: DoorState, person_ref: str | None) -> bool:
    """Whether this door asks them to stay now; who went away, and is found, is asked anew."""
    standing = hall.standing_hold_of(door.holds, person_ref)
    return standing is not None and standing.state not in hall.GONE


def _held(
    door: DoorState,
    at: Moment,
    person_ref: str | None,
    known: Category,
    person: Person | None,
    *,
    place: str,
    by: str,
    ordered_by: str | None = None,
) -> Step:
    """Open the hold; what stopped them is no passage, and none is recorded."""
    passage_id, ids = door.ids.take()
    hold_id, ids = ids.take()
    opened, effects = open_hold(
        hold_id=hold_id,
        passage_id=passage_id,
        person_ref=person_ref,
        category=known,
        reason=FOUND_INSIDE,
        temperature=None,
        at=at,
        policy=door.policy.hold,
        place=place,
        ordered_by=ordered_by,
    )
    stays = Settled(
        passage_id=passage_id,
        started=at,
        person=person,
        registered=person is not None,
        decision=Decision.HOLD,
        reasons=(FOUND_INSIDE,),
        settled=at,
        hold_id=hold_id,
        by=by,
    )
    door = replace(door, holds=(*door.holds, opened), desk=(*door.desk, stays), ids=ids)
    return Step(door, effects)
