"""Alerts for what waited at a door for its connection: nobody is called to what is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collector.duty import Duty, on_duty
from collector.hall_of_doors import TEN
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import (
    Category,
    HoldClosed,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
)

_OFFLINE_S = 2520.0  # forty-two minutes


@pytest.fixture
def duty(store: str) -> Iterator[Duty]:
    with on_duty(store) as one:
        yield one


def _opened(duty: Duty) -> bytes:
    record = HoldOpened(
        hold_id="hold-1", passage_id="p", person_ref=None, category=Category.VISITOR,
        reason="elevated", surface_centi_c=3790, opened=format_utc(TEN), deadline_s=15,
    )  # fmt: skip
    return duty.hall.west.body(record)


def _overdue(duty: Duty) -> bytes:
    late = HoldOverdue(hold_id="hold-1", state=HoldState.FLAGGED, due_s=15, escalation=1)
    return duty.hall.west.body(late)


def _acknowledged(duty: Duty) -> bytes:
    at = format_utc(duty.hall.clock.utc)
    step = HoldStep(hold_id="hold-1", step=HoldState.ACKNOWLEDGED, by="guard", at=at)
    return duty.hall.west.body(step)


def _closed(duty: Duty) -> bytes:
    at = format_utc(duty.hall.clock.utc)
    closed = HoldClosed(
        hold_id="hold-1", outcome="released", by="guard", disinfected=True, closed=at
    )
    return duty.hall.west.body(closed)


def _comes(duty: Duty, *bodies: bytes) -> None:
    """Let the door be back after a while, and bring these."""
    duty.hall.west.heartbeat()
    for body in bodies:
        duty.hall.west.send(body, historical=True)
    duty.hall.settle()


def test_a_hold_that_is_closed_when_it_comes_calls_nobody_and_is_told_once(duty: Duty) -> None:
    bodies = _opened(duty), _overdue(duty), _closed(duty)
    duty.hall.clock.advance(_OFFLINE_S)
    _comes(duty, *bodies)

    duty.until(1)
    duty.hall.clock.advance(3600)
    duty.alerter.round()

    assert duty.states() == [("past", "over")]
    (text,) = duty.leader.texts
    assert "断网期间" in text
    assert "迟到 42 分钟" in text
    assert "解除" in text
    assert "/answer/" not in text
    assert duty.deputy.texts == []


def test_a_hold_that_is_still_open_calls_and_says_how_late(duty: Duty) -> None:
    bodies = _opened(duty), _overdue(duty), _acknowledged(duty)
    duty.hall.clock.advance(_OFFLINE_S)
    _comes(duty, *bodies)

    duty.until(1)
    duty.alerter.round()

    assert duty.states() == [("hold", "over")]  # the step that was missed is done
    (text,) = duty.leader.texts
    assert "迟到 42 分钟" in text
    assert "/answer/" in text


def test_what_came_after_is_awaited_before_anybody_is_called(duty: Duty) -> None:
    opened, closed = _opened(duty), _closed(duty)
    duty.hall.clock.advance(_OFFLINE_S)
    _comes(duty, opened)
    duty.alerter.round()
    assert duty.states() == []

    duty.hall.west.send(closed, historical=True)
    duty.hall.settle()
    duty.until(1)

    assert [kind for kind, _ in duty.states()] == ["past"]


def test_what_does_not_come_is_not_awaited_for_long(duty: Duty) -> None:
    opened, _ = _opened(duty), _closed(duty)
    duty.hall.clock.advance(_OFFLINE_S)
    _comes(duty, opened)
    duty.alerter.round()
    assert duty.states() == []

    duty.hall.clock.advance(31)
    duty.until(1)

    assert duty.states() == [("hold", "open")]


def test_a_hold_of_a_door_that_is_there_calls_at_once(duty: Duty) -> None:
    duty.hall.west.heartbeat(sequence=99)
    duty.hall.west.hold("hold-1")
    duty.hall.settle()
    duty.until(1)

    assert duty.states() == [("hold", "open")]
    assert "迟到" not in duty.leader.texts[0]
