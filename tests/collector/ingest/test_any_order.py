"""The views are the same in whatever order the same events come, and so is what verify rebuilds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, StaticPool, create_engine, select

from collector.hall_of_doors import ZONE
from collector.recorded_gates import BEGAN, GATE, SITE, Event, Gate, hold, passage
from gate_agent.contract.moment import ClockQuality, format_utc
from gate_agent.contract.records import (
    AgentStarted,
    Category,
    ClockSynced,
    DailyReport,
    Decision,
    HoldClosed,
    HoldIdentified,
    HoldOverdue,
    HoldState,
    HoldStep,
    JournalReplaced,
    Record,
)
from gate_collector.ingest.arrival import read
from gate_collector.ingest.batch import Batch
from gate_collector.ingest.corrected_times import correct_some
from gate_collector.ledger.rebuilt import differences
from gate_collector.store.schema import HOLD, METADATA, NOTABLE, PASSAGE, REPORT
from project.record_samples import REF, SAMPLES

AT = format_utc(BEGAN)
LATER = BEGAN + timedelta(hours=1)


def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    return engine


def _step(step: HoldState, due_s: float | None, contact: int | None = None) -> HoldStep:
    return HoldStep(
        hold_id="h1", step=step, by="guard", at=AT, deadline_s=due_s, contact_centi_c=contact
    )


def _known(ref: str | None, category: Category) -> HoldIdentified:
    return HoldIdentified(
        hold_id="h1", passage_id="p1", person_ref=ref, category=category, registered=False,
        phone=False, by="guard", at=AT,
    )  # fmt: skip


def _late(state: HoldState, escalation: int) -> HoldOverdue:
    return HoldOverdue(hold_id="h1", state=state, due_s=15, escalation=escalation)


CLOSED = HoldClosed(hold_id="h1", outcome="transferred", by="guard", disinfected=True, closed=AT)
# Each beginning of these is a history too: the hold is in every state that it goes through.
HELD: tuple[Record, ...] = (
    hold(1),
    _late(HoldState.FLAGGED, 1),
    _known("ab" * 32, Category.VISITOR),
    _late(HoldState.FLAGGED, 2),
    _step(HoldState.ACKNOWLEDGED, 60),
    _known(REF, Category.STAFF),
    _step(HoldState.RECHECKED, 90, 3790),
    _late(HoldState.RECHECKED, 1),
    _step(HoldState.CONFIRMED, None, 3810),
    _known(None, Category.VISITOR),
    CLOSED,
)


def _held(length: int) -> list[Event]:
    gate = Gate()
    gate.append(passage(1, Decision.HOLD))
    return [*gate.events, *(gate.append(record) for record in HELD[:length])]


def _whole_door() -> list[Event]:
    """Return all that a door says, a hold that is carried into its next journal, and reports."""
    reports = [one for one in SAMPLES if isinstance(one, DailyReport)]
    old, new = Gate(), Gate(epoch="0" * 32)  # the newer one is the lesser by name
    for record in (passage(1, Decision.HOLD), *HELD[:7], *SAMPLES, *reports, passage(1)):
        old.append(record)
    replaced = JournalReplaced(cause="damaged", kept_as="x", previous_epoch=old.epoch)
    for record in (replaced, *HELD[:6], *reports, passage(2), passage(1)):
        new.append(record, LATER)
    return [*old.events, *new.events]


def _take(connection: Connection, events: Sequence[Event], size: int) -> None:
    for at in range(0, len(events), size):
        now = LATER + timedelta(hours=1, seconds=at)
        Batch(connection, ZONE, now).take(
            [read(one.message, SITE) for one in events[at : at + size]]
        )


def _views(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Return every view; `id` is the order of arrival, and nothing else."""
    views = {}
    for table in (PASSAGE, HOLD, REPORT, NOTABLE):
        columns = [column for column in table.c if column.name != "id"]
        rows = connection.execute(select(*columns)).mappings()
        views[table.name] = sorted((dict(row) for row in rows), key=str)
    return views


def _shown(events: Sequence[Event], size: int) -> dict[str, list[dict[str, Any]]]:
    """Return the views after these events came so, `size` at once; a rebuild finds the same."""
    engine = _engine()
    try:
        with engine.begin() as connection:
            _take(connection, events, size)
            assert list(differences(connection, GATE, ZONE)) == []
            return _views(connection)
    finally:
        engine.dispose()


def _shuffled(events: Iterable[Event], seed: int) -> list[Event]:
    mixed = list(events)
    Random(seed).shuffle(mixed)  # noqa: S311 no secret
    return mixed


def test_an_escalation_that_comes_before_its_opening_leaves_the_deadline() -> None:
    first, opened, late = _held(2)

    (row,) = _shown([first, late, opened], 1)["hold"]

    assert (row["due_s"], row["overdue"], row["state"]) == (15, 1, "flagged")


@pytest.mark.parametrize("length", [3, 5, 8, len(HELD)])
def test_a_hold_is_the_same_in_whatever_order_its_events_come(length: int) -> None:
    events = _held(length)
    due = _shown(events, len(events))
    orders = [events, events[::-1], *(_shuffled(events, seed) for seed in range(2))]

    assert [due] * 8 == [_shown(order, size) for order in orders for size in (1, 3)]


def test_every_view_of_two_journals_of_a_door_is_the_same_in_any_order() -> None:
    events = _whole_door()
    due = _shown(events, len(events))
    assert all(due.values())
    (held,) = (row for row in due["hold"] if row["hold_id"] == "h1")
    assert held["state"] == HoldState.ACKNOWLEDGED  # the newer journal's word

    for seed, size in enumerate((1, 7, 25, len(events))):
        assert _shown(_shuffled(events, seed), size) == due


@pytest.mark.parametrize("seed", range(4))
def test_times_that_are_corrected_later_leave_the_views_as_a_rebuild_has_them(seed: int) -> None:
    gate = Gate()
    gate.clock = ClockQuality.UNSYNCED
    boot = "b" * 32
    began = AgentStarted(version="1", boot=boot, config_sha256=REF, policy_version=3)
    synced = ClockSynced(boot=boot, booted=format_utc(BEGAN + timedelta(minutes=5)))
    for record in (began, passage(1, Decision.HOLD), *HELD[:8]):
        gate.append(record)
    engine = _engine()
    try:
        with engine.begin() as connection:
            _take(connection, _shuffled(gate.events, seed), 1)
            _take(connection, [gate.append(synced)], 1)
            assert correct_some(connection, ZONE, 0)[0]
            assert list(differences(connection, GATE, ZONE)) == []
    finally:
        engine.dispose()
