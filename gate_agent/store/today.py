"""What a screen shows of a local day beside the counts: rounds, stocks, pace, who came again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, func, select, text

from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import Category, PersonLeft, Round
from gate_agent.domain.duties import StockLevel
from gate_agent.store.schema import (
    EVENT,
    HOLD,
    IS_PACED,
    IS_STAFF_HERE,
    PASSAGE,
    ROUND,
    SUPPLY,
    compiled,
)

_LOOKED_AT = 1000  # passages back: more than a door decides in the time that counts as again
_LATELY = (
    select(PASSAGE.c.person_ref, PASSAGE.c.decided, PASSAGE.c.passage_id, PASSAGE.c.decision)
    .order_by(PASSAGE.c.sequence.desc())
    .limit(_LOOKED_AT)
    .subquery("lately")
)
_AGAIN = compiled(
    select(_LATELY.c.passage_id)
    .where(
        _LATELY.c.person_ref == bindparam("person_ref"),
        _LATELY.c.decided >= bindparam("since"),
        _LATELY.c.passage_id != bindparam("but"),
        _LATELY.c.decision == text("'admit'"),
    )
    .limit(1)
)
_PACED = (
    PASSAGE.c.day == bindparam("day"),
    PASSAGE.c.repeat_visit == bindparam("repeat"),
    IS_PACED,
)
_PACE_COUNT = compiled(select(func.count()).select_from(PASSAGE).where(*_PACED))
_PACE = compiled(
    select(PASSAGE.c.registration_ms)
    .where(*_PACED)
    .order_by(PASSAGE.c.registration_ms)
    .limit(1)
    .offset(bindparam("offset"))
)
_ROUNDS = compiled(
    select(ROUND.c.area, ROUND.c.kind, ROUND.c.count, ROUND.c.last).where(
        ROUND.c.day == bindparam("day")
    )
)
_STOCKS = compiled(select(SUPPLY.c.item, SUPPLY.c.stock, SUPPLY.c.day, SUPPLY.c.used))


_ENTERED = compiled(
    select(
        PASSAGE.c.sequence,
        PASSAGE.c.passage_id,
        PASSAGE.c.person_ref,
        PASSAGE.c.category,
        PASSAGE.c.decided,
    )
    .where(
        PASSAGE.c.sequence > bindparam("after"),
        PASSAGE.c.decided >= bindparam("since"),
        text("decision = 'admit' AND drill = 0"),
    )
    .order_by(PASSAGE.c.sequence)
)
_LEFT = compiled(
    select(EVENT.c.sequence, EVENT.c.body)
    .where(
        EVENT.c.sequence > bindparam("after"),
        EVENT.c.body.is_not(None),
        text("type = 'gate.person.left.v1'"),
    )
    .order_by(EVENT.c.sequence)
)
_HOLDS_OF = compiled(select(HOLD.c.hold_id).where(HOLD.c.person_ref == bindparam("person_ref")))
_PRESENT = compiled(
    select(func.count(PASSAGE.c.person_ref.distinct())).where(
        PASSAGE.c.day == bindparam("day"), IS_STAFF_HERE
    )
)


class Today:
    """Reads the views of a day; `rows` runs a statement of ours on the reader's connection."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

    def admitted_since(self, person_ref: str, since: str, *, but: str) -> bool:
        """Whether this person was admitted since then (UTC), in another passage than `but`."""
        return bool(self._rows(_AGAIN, person_ref=person_ref, since=since, but=but))

    def entered(self, after: int, since: str) -> list[tuple[int, str, str | None, Category, str]]:
        """Return who was admitted since then (UTC): sequence, passage, who, kind, when."""
        rows = self._rows(_ENTERED, after=after, since=since)
        return [(at, passage, ref, Category(kind), when) for at, passage, ref, kind, when in rows]

    def left(self, after: int) -> list[tuple[int, PersonLeft]]:
        """Return who left, by the events after this sequence."""
        departures = (
            (at, parse_body(body).record()) for at, body in self._rows(_LEFT, after=after)
        )
        return [(at, record) for at, record in departures if isinstance(record, PersonLeft)]

    def holds_of(self, person_ref: str) -> list[str]:
        """Return the holds of one person, of whatever day."""
        return [row[0] for row in self._rows(_HOLDS_OF, person_ref=person_ref)]

    def staff_present(self, day: str) -> int:
        """Return how many members of staff were admitted here on a local day (到岗)."""
        count: int = self._rows(_PRESENT, day=day)[0][0]
        return count

    def pace_ms(self, day: str, *, repeat: bool) -> int | None:
        """Return the 95th percentile (nearest rank) from card to admission on a local day."""
        values = {"day": day, "repeat": repeat}
        count: int = self._rows(_PACE_COUNT, **values)[0][0]
        if not count:
            return None
        pace: int = self._rows(_PACE, offset=-(-95 * count // 100) - 1, **values)[0][0]
        return pace

    def rounds(self, day: str) -> dict[tuple[str, Round], tuple[int, str]]:
        """Return how often each area had each round on a local day, and when last (UTC)."""
        return {
            (area, Round(kind)): (count, last)
            for area, kind, count, last in self._rows(_ROUNDS, day=day)
        }

    def stocks(self, day: str) -> dict[str, StockLevel]:
        """Return the stock of each item that was ever counted, and its use on a local day."""
        return {
            item: StockLevel(stock=stock, used_today=used if counted == day else 0)
            for item, stock, counted, used in self._rows(_STOCKS)
        }
