"""Where each hold stands: what its events say one after the other, in whatever order they came.

A hold's row is made of its events in the order in which the door wrote them, never of the order in
which they came: who is told last is not who is right. Of two journals of one door that both have
the hold, the one is later whose first event of it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select, tuple_

from gate_agent.contract.messages import Attributes
from gate_agent.contract.records import (
    HoldClosed,
    HoldIdentified,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    Record,
)
from gate_collector.store.bulk import put
from gate_collector.store.records import read_record
from gate_collector.store.schema import HOLD, NOTABLE

HoldRecord = HoldOpened | HoldIdentified | HoldStep | HoldOverdue | HoldClosed
OF_HOLDS = (HoldOpened, HoldIdentified, HoldStep, HoldOverdue, HoldClosed)
_KINDS: dict[str, type[HoldRecord]] = {kind.TYPE: kind for kind in OF_HOLDS}
_Key = tuple[str, str]  # gate and hold


def keep_holds(connection: Connection, arrivals: Iterable[tuple[Attributes, Record]]) -> None:
    """Let the holds of these gates, which are ours until the end of the transaction, go on.

    The events are in NOTABLE already.
    """
    new: dict[_Key, list[Attributes]] = defaultdict(list)
    for envelope, record in arrivals:
        if isinstance(record, OF_HOLDS):
            new[envelope.gate, record.hold_id].append(envelope)
    if not new:
        return
    there = select(HOLD).where(tuple_(HOLD.c.gate, HOLD.c.hold_id).in_(sorted(new)))
    rows = {(row["gate"], row["hold_id"]): row for row in connection.execute(there).mappings()}
    made = []
    for key, envelopes in new.items():
        row = rows.get(key)
        if row is not None and _goes_on(connection, row, envelopes):
            since = NOTABLE.c.epoch == envelopes[0].epoch, NOTABLE.c.sequence > row["stepped"]
            made.append(_folded(_events(connection, key, *since), row))
        else:
            made.append(_folded(_events(connection, key)))
    _put(connection, made)


def keep_hold_anew(connection: Connection, gate: str, hold_id: str) -> None:
    """Make a hold's row of all its events: the time of one was corrected."""
    _put(connection, [_folded(_events(connection, (gate, hold_id)))])


def _put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    put(connection, HOLD, [tuple(row.get(c.name) for c in HOLD.c) for row in rows if row])


def _goes_on(connection: Connection, row: Mapping[Any, Any], new: list[Attributes]) -> bool:
    """Whether all that is new comes after the last step, in its journal: most do.

    It is found by its kind and time, which have an index; to find all of a hold costs much more.
    """
    last = select(NOTABLE.c.epoch).where(
        NOTABLE.c.type.in_(_KINDS),
        NOTABLE.c.time == row["since"],
        NOTABLE.c.gate.concat("") == row["gate"],  # else SQLite reads all of the gate
        NOTABLE.c.subject == row["hold_id"],
        NOTABLE.c.sequence == row["stepped"],
    )
    epochs = list(connection.execute(last).scalars())
    return len(epochs) == 1 and all(
        one.epoch == epochs[0] and one.number > row["stepped"] for one in new
    )


def _events(connection: Connection, key: _Key, *where: Any) -> list[Any]:
    """Return the events of a hold as its door wrote them, one journal after the other."""
    gate, hold_id = key
    columns = [NOTABLE.c[name] for name in ("epoch", "sequence", "type", "time", "drill", "data")]
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.subject.label("hold_id"), *columns)
        .where(NOTABLE.c.gate == gate, NOTABLE.c.subject == hold_id)
        .where(NOTABLE.c.type.in_(_KINDS), *where)
        .order_by(NOTABLE.c.epoch, NOTABLE.c.sequence)
    ).all()
    journals = [list(events) for _, events in groupby(rows, lambda row: row.epoch)]
    journals.sort(key=lambda events: (events[0].time, events[0].epoch))
    return [event for events in journals for event in events]


def _folded(events: Iterable[Any], before: Mapping[Any, Any] | None = None) -> dict[str, Any]:
    """Return the row that these events give, in this order, after `before`."""
    row = dict(before or {})
    for event in events:
        record = read_record(_KINDS[event.type], event.data)
        if record is not None:
            row = _stepped(row or _flagged(event), event, record)
    return row


def _flagged(event: Any) -> dict[str, Any]:
    return {
        "gate": event.gate,
        "hold_id": event.hold_id,
        "state": HoldState.FLAGGED.value,
        "stepped": 0,
        "since": event.time,
        "due_s": None,
        "overdue": 0,
        "drill": event.drill,
    }


def _stepped(row: dict[str, Any], event: Any, record: HoldRecord) -> dict[str, Any]:
    """Return a hold's row after its next event. Pure."""
    changed: dict[str, Any] = {"stepped": event.sequence, "since": event.time}
    match record:
        case HoldIdentified():  # no step: what is due stays due
            return row | {"person_ref": record.person_ref, "category": record.category.value}
        case HoldOpened():
            changed |= {
                "state": HoldState.FLAGGED.value,  # anew where it is carried into a new journal
                "passage_id": record.passage_id,
                "person_ref": row.get("person_ref") or record.person_ref,
                "category": _category(row, record),
                "reason": record.reason,
                "opened": record.opened,
                "surface_centi_c": record.surface_centi_c,
                "due_s": record.deadline_s,
            }
        case HoldStep():
            changed |= {"state": record.step.value, "due_s": record.deadline_s, "overdue": 0}
            if record.contact_centi_c is not None:
                changed["contact_centi_c"] = record.contact_centi_c
        case HoldOverdue():
            changed["overdue"] = record.escalation
        case HoldClosed():
            changed |= {
                "state": HoldState.CLOSED.value,
                "since": row["since"],
                "due_s": None,
                "outcome": record.outcome,
                "closed": record.closed,
            }
    return row | changed


def _category(row: dict[str, Any], opened: HoldOpened) -> str:
    """Return the category of who is held: who was named already stays when it is opened anew."""
    known = row.get("person_ref") is not None and row.get("category")
    return str(known or opened.category.value)
