"""What a restart keeps: holds with their clocks running; and what it never gives: an admission."""

from __future__ import annotations

from pathlib import Path

from gate.at_work import FEVER, NOBODY, NORMAL, AtWork, at_work, in_loop
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ByHand, Decision, HoldState, Outcome, PassageDecided
from gate_agent.contract.signals import Card, CardRefused, CardType, Unread
from gate_agent.domain.door import HandMeasured
from gate_agent.gate.ports import DocumentTyped
from gate_agent.gate.screen_state import Phase
from gate_agent.host.clock import SystemClock
from gate_agent.store.verify import rebuild
from gate_agent.testing import FakeClock

ACKNOWLEDGE_S = Policy().hold.acknowledge_s
FLAGGED = 3560  # above the line, below the rail
RECHECK_S = Policy().hold.recheck_s


@in_loop
async def test_a_held_person_stays_held_and_the_deadline_runs_on(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(FEVER)
    await door.durable()
    (before,) = door.seen.holds
    await door.end()
    clock.advance(5)

    door = AtWork(tmp_path, clock)

    (after,) = door.seen.holds
    assert after.due_s == ACKNOWLEDGE_S - 5
    assert after == before.model_copy(update={"due_s": after.due_s})
    assert after.person
    assert after.person.name.endswith("*")
    door.wait(ACKNOWLEDGE_S - 5)
    await door.durable()
    assert [event.data["escalation"] for event in door.told("hold.overdue")] == [1]
    await door.end()


@in_loop
async def test_a_card_that_may_be_anothers_is_still_unsure_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.gate.on_report(CardRefused(why=Unread.NOT_READ))  # whoever it was is still about
    door.wait(2)
    door.measure(FEVER)
    door.lay(1)
    await door.durable()
    await door.end()

    door = AtWork(tmp_path, clock)

    (hold,), (place,) = door.gate.door.holds, door.seen.desk
    assert hold.person_ref is not None
    assert hold.unsure
    assert place.unsure
    await door.end()


@in_loop
async def test_a_deadline_that_passed_while_the_daemon_was_off_is_missed_at_once(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.measure(FEVER)
    await door.durable()
    door.die()
    clock.advance(ACKNOWLEDGE_S + 60)

    door = AtWork(tmp_path, clock)

    await door.sees(lambda seen: seen.holds[0].overdue == 1)
    await door.durable()
    assert len(door.told("hold.overdue")) == 1
    assert door.seen.holds[0].state is HoldState.FLAGGED
    await door.end()


@in_loop
async def test_after_a_reboot_the_wall_clock_says_how_long_and_never_makes_it_longer(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.measure(FEVER)
    (hold,) = door.seen.holds
    await door.acknowledge(hold.hold_id)
    await door.end()
    left = []
    for gone_s in (60, -3600):  # a board without a battery wakes up in the past
        rebooted = FakeClock(clock.utc, boot_ns=10**9)
        rebooted.boot_id = "c" * 32
        rebooted.step(gone_s)

        door = AtWork(tmp_path, rebooted)

        left.append(door.seen.holds[0].due_s)
        await door.end()
    assert left == [RECHECK_S - 60, RECHECK_S]


@in_loop
async def test_somebody_in_the_middle_of_a_passage_at_a_kill_is_measured_again(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(NORMAL, times=4)  # one more, and the verdict were out
    assert door.passage.phase is Phase.MEASURING
    door.die()

    door = AtWork(tmp_path, clock)
    assert door.seen.passage is None
    door.lay(1)
    assert door.passage.phase is Phase.IDENTIFIED
    door.measure(NORMAL, times=4)
    assert door.passage.decision is None, "four readings, and four before the kill, are not five"
    door.measure(NORMAL, times=1)
    await door.durable()

    interrupted, decided = door.told("passage.decided")
    assert interrupted.data["reasons"] == ["interrupted"]
    assert decided.data["decision"] == "admit"
    record = decided.record()
    assert isinstance(record, PassageDecided)
    assert record.temperature.samples == 5
    await door.end()


@in_loop
async def test_who_was_measured_before_a_kill_is_not_admitted_by_a_card_after_it(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.measure(NORMAL)
    assert door.passage.phase is Phase.MEASURED
    door.die()

    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.wait(60)
    await door.durable()

    told = door.told("passage.decided")
    assert [one.data["decision"] for one in told] == ["recheck", "recheck"]
    assert [one.data["reasons"] for one in told] == [["interrupted"], ["no_temperature"]]
    await door.end()


@in_loop
async def test_nobody_who_waited_at_a_kill_is_without_an_event_after_it(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock, {"version": 1})
    door.comes(NORMAL, 1)  # waits for the phone
    door.measure(NORMAL)  # for the card
    door.measure(NOBODY, times=13)
    door.measure(NORMAL, times=2)  # for a measurement
    waiting = [place.passage_id for place in (door.passage, *door.seen.desk)]
    assert len(waiting) == 3
    door.die()

    door = AtWork(tmp_path, clock, {"version": 1})
    await door.durable()

    told = [one.record() for one in door.told("passage.decided")]
    decided = [one for one in told if isinstance(one, PassageDecided)]
    assert sorted(one.passage_id for one in decided) == sorted(waiting)
    assert {(one.decision, one.reasons) for one in decided} == {
        (Decision.RECHECK, ("interrupted",))
    }
    assert [one.person_ref is not None for one in decided] == [True, False, False]
    assert [one.temperature.outcome for one in decided].count(Outcome.NORMAL) == 2
    assert (door.seen.passage, door.seen.desk) == (None, ())
    await door.end()

    door = AtWork(tmp_path, clock, {"version": 1})
    await door.durable()
    assert len(door.told("passage.decided")) == 3, "told once, whatever was left of the file"
    await door.end()


@in_loop
async def test_who_was_found_well_before_a_kill_is_measured_no_second_time(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock, {"version": 1})
    door.lay(1)
    door.measure(FLAGGED)
    (hold,) = door.seen.holds
    await door.gate.request(
        HandMeasured(at=clock.now(), passage_id=hold.passage_id, contact_centi_c=3650, by="g")
    )
    assert door.passage.phase is Phase.REGISTERING
    door.die()

    door = AtWork(tmp_path, clock, {"version": 1})
    await door.durable()
    newest = door.told("passage.decided")[-1].data
    assert (newest["passage_id"], newest["reasons"]) == (hold.passage_id, ["interrupted"])
    door.lay(1)
    door.measure(FLAGGED)

    assert door.passage.phase is Phase.REGISTERING
    await door.end()


@in_loop
async def test_what_a_kill_left_of_who_was_decided_on_changes_no_verdict(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(NORMAL, times=4)
    waiting = (door.path.parent / "waiting.json").read_bytes()
    door.measure(NORMAL, times=1)
    await door.durable()
    door.die()
    (door.path.parent / "waiting.json").write_bytes(waiting)

    door = AtWork(tmp_path, clock)
    await door.durable()

    assert [one.data["decision"] for one in door.told("passage.decided")] == ["admit"]
    await door.end()


@in_loop
async def test_a_line_that_the_power_cut_short_leaves_the_one_before_it(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    passage_id = door.passage.passage_id
    door.measure(NORMAL, times=4)
    door.die()
    kept = door.path.parent / "waiting.json"
    kept.write_bytes(kept.read_bytes() + b'[{"passage_id":"west-')

    door = AtWork(tmp_path, clock)
    await door.durable()

    (told,) = door.told("passage.decided")
    assert (told.data["passage_id"], told.data["reasons"]) == (passage_id, ["interrupted"])
    await door.end()


@in_loop
async def test_who_waits_is_kept_in_little_room(tmp_path: Path) -> None:
    with at_work(tmp_path, FakeClock()) as door:
        for _ in range(300):
            door.comes(NORMAL)
            await door.durable()
        assert door.path.with_name("waiting.json").stat().st_size <= 64 * 1024


@in_loop
async def test_an_open_gate_is_shut_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(NORMAL)
    await door.sees(lambda seen: seen.passage and seen.passage.gate_open)
    door.die()

    door = AtWork(tmp_path, clock)

    assert door.seen.passage is None
    assert door.seen.recent[0].decision is Decision.ADMIT
    await door.end()


@in_loop
async def test_two_starts_never_use_the_same_passage_id(tmp_path: Path) -> None:
    clock = FakeClock()
    ids = []
    for card in (1, 2):
        door = AtWork(tmp_path, clock)
        door.lay(card)
        ids.append(door.passage.passage_id)
        await door.end()

    assert len(set(ids)) == 2


@in_loop
async def test_the_gate_wakes_by_itself_when_something_is_due(tmp_path: Path) -> None:
    soon = {"version": 1, "hold": {"acknowledge_s": 1}}
    door = AtWork(tmp_path, SystemClock(), soon)

    door.measure(FEVER)
    await door.sees(lambda seen: seen.holds[0].overdue >= 1)

    await door.durable()
    assert door.told("hold.overdue")[0].data["due_s"] == 1
    await door.end()


@in_loop
async def test_a_stop_is_recorded_and_ends_every_screen(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    with door.desk.subscribe() as ear:
        await door.end()
        heard = [what async for what in ear]

    assert heard[-1] is None
    stopped = [what.body for what in heard if what is not None][-1]
    assert b"gate.agent.stopped.v1" in stopped


@in_loop
async def test_a_held_person_is_released_after_a_restart_and_the_same_passage_goes_on(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.measure(FEVER)
    door.lay(1)
    await door.durable()
    (stopped,) = door.seen.holds
    door.die()

    door = AtWork(tmp_path, clock)
    (place,) = door.seen.desk
    assert place.person is not None
    await door.gate.request(
        HandMeasured(
            at=door.gate.now(), passage_id=place.passage_id, contact_centi_c=3700, by="guard-1"
        )
    )
    await door.durable()

    told = door.verdicts[-1]
    assert (told.decision, told.passage_id) == (Decision.ADMIT, stopped.passage_id)
    assert told.person_ref is not None
    assert told.temperature.contact_centi_c == 3700
    assert [event.data["person_ref"] for event in door.told("hold.identified")] == [told.person_ref]
    await door.end()

    door = AtWork(tmp_path, clock)
    assert [one.contact_centi_c for one in door.gate.door.cleared] == [3700]
    await door.end()


@in_loop
async def test_a_held_foreigner_has_their_country_after_a_restart(tmp_path: Path) -> None:
    clock, by_hand = FakeClock(), ByHand(reason="other_document", by="guard-1")
    door = AtWork(tmp_path, clock)
    door.measure(FEVER)
    place = door.passage.passage_id
    passport = Card(card_type=CardType.PASSPORT, name="DOE", number="123456789", country="RUS")
    await door.desk.request(
        DocumentTyped(at=door.gate.now(), card=passport, by_hand=by_hand, passage_id=place)
    )
    await door.durable()
    door.die()

    door = AtWork(tmp_path, clock)
    (settled,) = door.gate.door.desk
    assert settled.person is not None
    assert (settled.person.card_type, settled.person.country) == (CardType.PASSPORT, "RUS")
    await door.end()


@in_loop
async def test_a_name_that_came_later_is_the_holds_own_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.measure(FEVER)
    door.lay(1)
    await door.durable()
    door.die()

    assert rebuild(door.path, door.keys.store, lambda _done, _total: None).equal
    door = AtWork(tmp_path, clock)
    assert door.seen.holds[0].person is not None
    assert door.gate.door.holds[0].person_ref == door.verdicts[-1].person_ref
    await door.end()
