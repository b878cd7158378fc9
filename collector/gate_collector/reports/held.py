"""The holds (暂留) that a report tells: those of its day, and those carried over from before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from gate_agent.contract.hold_records import HoldClosed, HoldStep
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import HoldState
from gate_collector.day import ReportDay
from gate_collector.ledger.district import DistrictReceipt, receipt_of
from gate_collector.reports.content import CarriedHold, HoldLine, HoldStepOfDay
from gate_collector.store.hold_days import BEGAN, HELD
from gate_collector.store.records import read_record
from gate_collector.store.schema import HOLD, NOTABLE, OLDEST_HOLDS

_COUNTED = ("overdue", "office_reference", "district")  # of a hold, from its events
_SHOWN = [name for name in HoldLine.model_fields if name not in _COUNTED]


def holds_of(
    connection: Connection, day: ReportDay, now: datetime, policy: Policy
) -> Iterator[HoldLine]:
    """Yield what began in the day."""
    for row in _rows(connection, day.includes(BEGAN)):
        yield HoldLine(**_line(connection, row, now, policy))


def carried_into(
    connection: Connection, day: ReportDay, now: datetime, policy: Policy
) -> Iterator[CarriedHold]:
    """Yield what began earlier and was open when the day began, with its steps in the day."""
    begin = format_utc(day.begin)
    is_open = or_(HOLD.c.closed.is_(None), HOLD.c.closed >= begin)
    for row in _rows(connection, begin > BEGAN, is_open):
        line = _line(connection, row, now, policy)
        steps = [*_steps(connection, row, day), *_told(line["district"], day)]
        steps.sort(key=lambda step: step.at)
        yield CarriedHold(**line, steps=tuple(steps))


def _rows(connection: Connection, *where: Any) -> Sequence[Any]:
    asked = select(HOLD).select_from(HELD).where(HOLD.c.drill.is_(False), *where)
    return connection.execute(asked.order_by(*OLDEST_HOLDS)).all()


def _line(connection: Connection, row: Any, now: datetime, policy: Policy) -> dict[str, Any]:
    overdue = select(func.count()).where(
        NOTABLE.c.type == "gate.hold.overdue.v1",
        NOTABLE.c.gate == row.gate,
        NOTABLE.c.subject == row.hold_id,
    )
    receipt = receipt_of(connection, row, policy, now)
    return {name: getattr(row, name) for name in _SHOWN} | {
        "overdue": connection.execute(overdue).scalar_one(),
        "office_reference": receipt.reference,
        "district": receipt,
    }


def _told(receipt: DistrictReceipt, day: ReportDay) -> Iterator[HoldStepOfDay]:
    """Yield what the hall's office told the district's in the day, which no door's event says."""
    for one in receipt.told:
        if not one.at_door and day.begin <= parse_utc(one.at) < day.end:
            step = HoldState.REPORTED.value
            yield HoldStepOfDay(at=one.at, step=step, reference=one.reference or "")


def _steps(connection: Connection, row: Any, day: ReportDay) -> Iterator[HoldStepOfDay]:
    """Yield what was done at a door in the day; of the district's receipt its number."""
    done = connection.execute(
        select(NOTABLE.c.type, NOTABLE.c.time, NOTABLE.c.data)
        .where(
            NOTABLE.c.gate == row.gate,
            NOTABLE.c.subject == row.hold_id,
            NOTABLE.c.type.in_([HoldStep.TYPE, HoldClosed.TYPE]),
            day.includes(NOTABLE.c.time),
        )
        .order_by(NOTABLE.c.time, NOTABLE.c.id)
    )
    for one in done:
        if one.type == HoldClosed.TYPE:
            yield HoldStepOfDay(at=one.time, step=HoldState.CLOSED.value)
        elif (step := read_record(HoldStep, one.data)) is not None:
            number = step.office_reference or ""
            yield HoldStepOfDay(at=one.time, step=step.step.value, reference=number)
