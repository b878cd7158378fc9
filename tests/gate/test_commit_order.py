"""Restrict at once, permit after the commit: a journal that cannot write opens no gate."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gate.at_work import FEVER, NORMAL, AtWork, in_loop
from gate_agent.contract.records import AgentStopped, Decision, HoldState
from gate_agent.domain.door import GuardOverrode, SymptomsDeclared
from gate_agent.gate.errors import JournalUnavailable
from gate_agent.gate.keeping import ANSWER_WITHIN_S
from gate_agent.store.journal import MOST_WAITING, Draft


@in_loop
async def test_the_gate_opens_only_once_its_event_is_committed(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    await door.durable()

    with door.disk_in_trouble():
        door.lay(1)
        door.measure(NORMAL)
        assert door.passage.decision is Decision.ADMIT
        assert not door.passage.gate_open
        await door.sees(lambda seen: not seen.journal.writable)
        assert not door.passage.gate_open
        assert door.told("passage.decided") == []
    await door.sees(lambda seen: seen.passage and seen.passage.gate_open)

    assert [event.data["decision"] for event in door.told("passage.decided")] == ["admit"]
    assert door.seen.journal.writable
    await door.end()


@in_loop
async def test_an_alarm_waits_for_no_disk(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    await door.durable()

    with door.disk_in_trouble():
        door.measure(FEVER)
        assert [hold.state for hold in door.seen.holds] == [HoldState.FLAGGED]
        assert door.passage.decision is Decision.HOLD
        assert not door.passage.gate_open
        assert door.told("hold.opened") == []
    await door.durable()

    assert len(door.told("hold.opened")) == 1
    await door.end()


@in_loop
async def test_a_restriction_shuts_a_gate_that_stands_open(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    door.lay(1)
    door.measure(NORMAL)
    await door.sees(lambda seen: seen.passage and seen.passage.gate_open)

    with door.disk_in_trouble():
        asked = asyncio.ensure_future(
            door.desk.request(
                GuardOverrode(
                    at=door.desk.now(),
                    passage_id=door.passage.passage_id,
                    decision=Decision.HOLD,
                    by="guard-1",
                    reason="pale",
                )
            )
        )
        await asyncio.sleep(0)
        assert not door.passage.gate_open, "shut before anything is written"
    await asked

    assert [event.data["decision"] for event in door.told("passage.decided")] == ["admit", "hold"]
    await door.end()


@in_loop
async def test_an_admission_that_was_overtaken_does_not_open_late(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    await door.durable()

    with door.disk_in_trouble():
        door.lay(1)
        door.measure(NORMAL)
        door.clear()
        assert door.seen.passage is None
        door.measure(FEVER)
    await door.durable()

    assert [event.data["decision"] for event in door.told("passage.decided")] == ["admit", "hold"]
    assert not door.passage.gate_open
    await door.end()


@in_loop
async def test_a_request_that_is_not_durable_in_time_is_refused(tmp_path: Path) -> None:
    door = AtWork(tmp_path, policy={"version": 1})
    door.lay(1)
    door.measure(NORMAL)
    passage_id = door.passage.passage_id
    await door.durable()

    with door.disk_in_trouble():
        with pytest.raises(JournalUnavailable) as refused:
            await door.register(passage_id, phone="13800138000", purpose=None)
        assert not door.passage.gate_open

    assert refused.value.expected == f"a durable record in {ANSWER_WITHIN_S:.0f} s"
    assert "locked" in refused.value.got
    assert "138" not in str(refused.value)
    await door.sees(lambda seen: seen.passage and seen.passage.gate_open)
    assert len(door.told("person.registered")) == 1
    await door.end()


@in_loop
async def test_a_full_journal_leaves_the_door_before_a_hold_as_it_was_and_says_so(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)
    await door.durable()

    with door.disk_in_trouble():
        filler = Draft(record=AgentStopped(reason="filler"), at=door.clock.now())
        door.journal.append([filler] * MOST_WAITING)
        door.lay(1)
        door.measure(FEVER)
        assert door.gate.counts()["journal_full"] > 0
        assert door.passage.decision is None, "measured on: nobody is held unrecorded"
        with pytest.raises(JournalUnavailable):
            await door.desk.request(
                SymptomsDeclared(
                    at=door.desk.now(), passage_id=door.passage.passage_id, by="guard-1"
                )
            )
    await door.durable()
    door.measure(FEVER, times=1)
    await door.durable()

    assert len(door.told("hold.opened")) == 1
    await door.end()


@in_loop
async def test_a_passage_that_is_dropped_is_counted_and_opens_nothing(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    await door.durable()

    with door.disk_in_trouble():
        filler = Draft(record=AgentStopped(reason="filler"), at=door.clock.now())
        door.journal.append([filler] * MOST_WAITING)
        door.lay(1)
        door.measure(NORMAL)
        assert door.passage.decision is Decision.ADMIT
        assert not door.passage.gate_open
    await door.durable()

    assert not door.passage.gate_open, "by hand: nothing says that this passage was kept"
    assert door.told("passage.decided") == []
    (dropped,) = door.told("events.dropped")
    assert "gate.passage.decided.v1" in str(dropped.data["types"])
    await door.end()


@in_loop
async def test_one_step_is_one_transaction_with_the_registration_first(tmp_path: Path) -> None:
    door = AtWork(tmp_path)

    door.lay(1)
    door.measure(NORMAL)
    await door.durable()

    *_, registered, decided = door.events
    assert registered.type == "gate.person.registered.v1"
    assert decided.type == "gate.passage.decided.v1"
    assert registered.data["passage_id"] == decided.data["passage_id"]
    assert registered.recordedtime == decided.recordedtime
    await door.end()
