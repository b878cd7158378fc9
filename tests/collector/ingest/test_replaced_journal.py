"""A hold goes on at the centre when its door begins a new epoch on a replaced journal."""

from __future__ import annotations

from datetime import timedelta

from collector.recorded_gates import BEGAN, Gate, hold
from collector.running_centre import Centre
from gate_agent.contract.records import HoldClosed, HoldState, HoldStep
from gate_collector.store.schema import HOLD

WHEN = "2026-11-24T02:00:00.000Z"


def _step(step: HoldState) -> HoldStep:
    return HoldStep(hold_id=hold(1).hold_id, step=step, by="guard", at=WHEN, deadline_s=60)


def test_a_hold_carried_into_a_new_epoch_goes_on_from_where_it_stood(centre: Centre) -> None:
    old, new = Gate(), Gate(epoch="c" * 32)
    later = BEGAN + timedelta(minutes=1)  # a journal is begun after what the one before it tells
    old.passages(20)
    centre.take(*old.events, old.append(hold(1)), old.append(_step(HoldState.ACKNOWLEDGED)))

    centre.take(new.append(hold(1), later), new.append(_step(HoldState.ACKNOWLEDGED), later))
    (row,) = centre.rows(HOLD)
    assert row.state == HoldState.ACKNOWLEDGED
    centre.take(new.append(_step(HoldState.RECHECKED), later))
    (row,) = centre.rows(HOLD)
    assert row.state == HoldState.RECHECKED
    closed = HoldClosed(
        hold_id=hold(1).hold_id, outcome="released", by="guard", disinfected=True, closed=WHEN
    )
    centre.take(new.append(closed, later))

    (row,) = centre.rows(HOLD)
    assert (row.state, row.outcome) == (HoldState.CLOSED, "released")
