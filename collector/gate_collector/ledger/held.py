"""What was done for a held person (暂留处置), for the case's page and the daily report."""

from __future__ import annotations

from sqlalchemy import Connection, select

from gate_agent.contract.records import HoldNoted, HoldStep
from gate_collector.store.records import read_record
from gate_collector.store.schema import NOTABLE


def done_for(connection: Connection, gate: str, hold_id: str) -> tuple[HoldStep | HoldNoted, ...]:
    """Return what was done for a held person, steps and notes, as the door recorded it."""
    rows = connection.execute(
        select(NOTABLE.c.type, NOTABLE.c.data)
        .where(
            NOTABLE.c.gate == gate,
            NOTABLE.c.type.in_((HoldStep.TYPE, HoldNoted.TYPE)),
            NOTABLE.c.subject == hold_id,
        )
        .order_by(NOTABLE.c.epoch, NOTABLE.c.sequence)
    )
    kinds: dict[str, type[HoldStep | HoldNoted]] = {
        HoldStep.TYPE: HoldStep,
        HoldNoted.TYPE: HoldNoted,
    }
    read = (read_record(kinds[row.type], row.data) for row in rows)
    return tuple(record for record in read if record is not None)
