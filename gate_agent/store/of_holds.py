"""Reads what the journal holds of holds, open and closed: for a restart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select, text

from gate_agent.contract.messages import Envelope, parse_body
from gate_agent.contract.records import Category, PassageDecided, Record
from gate_agent.store.schema import EVENT, HOLD, IS_URGENT, PASSAGE, compiled

_CASES = compiled(
    select(EVENT.c.body)
    .where(
        IS_URGENT,  # the index of the lane: a long journal costs no more
        text(
            "(type IN ('gate.hold.noted.v1', 'gate.contact.listed.v1', 'gate.contact.updated.v1',"
            " 'gate.order.answered.v1')"
            " OR type IN ('gate.hold.opened.v1', 'gate.hold.step.v1',"
            " 'gate.passage.measured.v1') AND sequence >="
            " (SELECT MIN(opened_sequence) FROM hold WHERE closed_sequence IS NULL))"
            # of what is closed, nothing is asked for
        ),
        EVENT.c.body.is_not(None),
    )
    .order_by(EVENT.c.sequence)
)
_ENDS = compiled(
    select(EVENT.c.body)
    .where(
        IS_URGENT,
        text("type IN ('gate.hold.step.v1', 'gate.hold.closed.v1')"),
        EVENT.c.time >= bindparam("since"),
        EVENT.c.body.is_not(None),
    )
    .order_by(EVENT.c.sequence)
)
_OF = HOLD.c.hold_id == bindparam("hold_id")
_NEWEST_PASSAGE = compiled(
    select(EVENT.c.body)
    .join(PASSAGE, EVENT.c.sequence == PASSAGE.c.sequence)
    .join(HOLD, PASSAGE.c.person_ref == HOLD.c.person_ref)
    .where(
        _OF,
        PASSAGE.c.sequence >= HOLD.c.opened_sequence,
        text("passage.decision = 'hold'"),
        EVENT.c.body.is_not(None),
    )
    .order_by(PASSAGE.c.sequence.desc())
    .limit(1)
)
_PERSON = compiled(
    select(HOLD.c.person_ref, HOLD.c.category, HOLD.c.passage_id, HOLD.c.opened).where(_OF)
)


class OfHolds:
    """Reads the events of holds; `rows` runs a statement of ours on the reader's connection."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

    def cases(self) -> list[Envelope]:
        """Return notes, what open holds began with and did, contacts, answered orders; in order."""
        return [parse_body(body) for (body,) in self._rows(_CASES)]

    def ends(self, since: str) -> list[Record]:
        """Return the steps and the ends of holds since then (UTC), in order; no drills."""
        events = (parse_body(body) for (body,) in self._rows(_ENDS, since=since))
        records = (event.record() for event in events if not event.drill)
        return [record for record in records if record is not None]

    def newest_passage(self, hold_id: str) -> str | None:
        """Return the passage in which this hold's person came last, where they came again."""
        for (body,) in self._rows(_NEWEST_PASSAGE, hold_id=hold_id):
            record = parse_body(body).record()
            if isinstance(record, PassageDecided) and record.hold_id == hold_id:
                return record.passage_id
        return None

    def named(self, hold_id: str) -> tuple[str, Category, str, str] | None:
        """Return of whom a hold is, open or closed: who, kind, passage, since when."""
        for ref, category, passage_id, opened in self._rows(_PERSON, hold_id=hold_id):
            if ref is not None:
                return ref, Category(category), passage_id, opened
        return None
