"""Who falls ill inside the hall (厅内发现): a hold without a door, by the same procedure."""

from __future__ import annotations

from dataclasses import replace

from gate_agent.contract.records import Decision
from gate_agent.domain import hall
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.events import FoundInside
from gate_agent.domain.hold import FOUND_INSIDE, open_hold
from gate_agent.domain.passage import Settled
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.verdict import category


def on_found(door: DoorState, event: FoundInside) -> Step:
    """Open a hold for somebody inside; what stopped them is no passage, and none is recorded.

    Their entry stays what it was. A document, a phone, a contact reading come as for any hold.
    """
    if not event.by.strip() or not event.place.strip():
        raise StepRefused("invalid", "who found them, and where", "less")
    entries = door.inside.entered
    entry = next((one for one in entries if one.passage_id == event.passage_id), None)
    if event.passage_id is not None and entry is None:
        raise StepRefused("not_found", "somebody who is inside", "another")
    if hall.standing_hold(door.holds, event.person) is not None:
        raise StepRefused("out_of_turn", "somebody without an open hold", "one who is held")
    passage_id, ids = door.ids.take()
    hold_id, ids = ids.take()
    opened, effects = open_hold(
        hold_id=hold_id,
        passage_id=passage_id,
        person_ref=None if entry is None else entry.person_ref,
        category=category(event.person) if entry is None else entry.category,
        reason=FOUND_INSIDE,
        temperature=None,
        at=event.at,
        policy=door.policy.hold,
        place=event.place,
    )
    place = Settled(
        passage_id=passage_id,
        started=event.at,
        person=event.person,
        registered=event.person is not None,
        decision=Decision.HOLD,
        reasons=(FOUND_INSIDE,),
        settled=event.at,
        hold_id=hold_id,
        by=event.by,
    )
    door = replace(door, holds=(*door.holds, opened), desk=(*door.desk, place), ids=ids)
    return Step(door, effects)
