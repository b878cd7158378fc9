"""Both thermometers that send by themselves: what each fault of a line costs, and no more."""

from __future__ import annotations

import asyncio

import pytest

from gate_agent.driver_api import Model, NoReplyError, Reading, TransportClosedError
from gate_agent.driver_api.streaming import SILENT_S, StreamingEmulator
from gate_agent.testing import cable, run_virtual
from gate_agent.testing.cable import End
from gate_drivers.thermometers.gy_614v3 import MODEL as FOREHEAD
from gate_drivers.thermometers.gy_mcu90614 import MODEL as MODULE
from wire.streams import BELOW_RANGE, ROOM, SKIN
from wire.talk import Talk, speak, talking

BOTH = pytest.mark.parametrize("model", [FOREHEAD, MODULE], ids=lambda model: model.name)
HARMLESS = ("leading_noise", "trailing_noise", "split_1", "split_7", "split_64", "heartbeat")
SPOILT = ("missing_byte", "flipped_byte", "wrong_baud")


def emulated(model: Model) -> StreamingEmulator:
    emulator = model.new_emulator()
    assert isinstance(emulator, StreamingEmulator)
    emulator.show(surface_centi_c=SKIN, ambient_centi_c=ROOM)
    return emulator


def ten_frames(model: Model, fault: str, times: int) -> Talk:
    """Return what comes of the first second, ten frames, with the fault in the first of them."""

    async def main() -> Talk:
        emulator = emulated(model)
        emulator.inject(fault, times=times)
        async with talking(model.new_driver, emulator) as talk:
            await asyncio.sleep(0.95)
        return talk

    talk = run_virtual(main())
    assert talk.fault is None
    return talk


@BOTH
@pytest.mark.parametrize("fault", HARMLESS)
def test_what_a_line_adds_or_splits_costs_no_reading(model: Model, fault: str) -> None:
    talk = ten_frames(model, fault, times=10)

    assert len(talk.got) == 10
    assert set(talk.counters) <= {"noise"}


@BOTH
@pytest.mark.parametrize("fault", SPOILT)
@pytest.mark.parametrize("times", [1, 5])
def test_a_spoilt_frame_costs_itself_and_is_counted(model: Model, fault: str, times: int) -> None:
    talk = ten_frames(model, fault, times)

    assert len(talk.got) == 10 - times
    assert sum(talk.counters.values()) >= times
    assert all(isinstance(r, Reading) and abs(r.surface_centi_c - SKIN) <= 4 for r in talk.got)


@BOTH
def test_what_the_sensor_says_is_passed_on_as_it_is(model: Model) -> None:
    twice = ten_frames(model, "duplicate", times=3)
    below = ten_frames(model, "below_range", times=2)
    frozen = ten_frames(model, "frozen", times=10)

    assert len(twice.got) == 13
    surfaces = [report.surface_centi_c for report in below.got if isinstance(report, Reading)]
    assert surfaces[:2] == [BELOW_RANGE, BELOW_RANGE]
    assert len(set(frozen.got[1:])) == 1


@BOTH
@pytest.mark.parametrize("fault", ["silence", "wrong_baud"])
def test_a_module_that_says_nothing_sound_is_given_up_and_what_came_is_named(
    model: Model, fault: str
) -> None:
    async def main() -> tuple[Talk, float]:
        emulator = emulated(model)
        async with talking(model.new_driver, emulator) as talk:
            await talk.reports(3)
            emulator.inject(fault, times=1000)
            began = asyncio.get_running_loop().time()
            await talk.end()
            return talk, asyncio.get_running_loop().time() - began

    talk, took_s = run_virtual(main())

    assert isinstance(talk.fault, NoReplyError)
    assert SILENT_S - 0.11 <= took_s <= SILENT_S + 0.11
    named = "none" if fault == "silence" else r"none; dropped so far: noise \d+"
    assert str(talk.fault).startswith("expected a sound frame within 2 s, got none")
    assert ("noise" in str(talk.fault)) is (named != "none")


@BOTH
def test_a_line_that_goes_away_ends_driver_and_emulator(model: Model) -> None:
    async def main() -> Talk:
        ours, theirs = cable()
        emulator = emulated(model)
        async with talking(model.new_driver, line=ours) as talk, asyncio.TaskGroup() as group:
            group.create_task(speak(emulator, theirs))
            await talk.reports(2)
            ours.cut()
            await talk.end()
        return talk

    assert isinstance(run_virtual(main()).fault, TransportClosedError)


@BOTH
def test_who_it_is_is_told_after_a_sound_frame_only(model: Model) -> None:
    async def main() -> str:
        ours, theirs = cable()
        emulator = emulated(model)
        emulator.inject("wrong_baud", times=3)
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(emulator.run(theirs))
            told = await model.new_driver(ours).identify()
            speaking.cancel()
        return told

    assert run_virtual(main()).endswith("sends sound frames")


@BOTH
def test_it_wakes_a_module_that_was_set_to_answer_only_when_asked(model: Model) -> None:
    async def main() -> None:
        emulator = emulated(model)
        emulator.sends = False
        async with talking(model.new_driver, emulator) as talk:
            await talk.reports(5)
        assert emulator.sends

    run_virtual(main())


@BOTH
def test_silence_is_no_name(model: Model) -> None:
    async def main() -> None:
        ours: End = cable()[0]
        with pytest.raises(NoReplyError, match="expected a sound frame within 2 s, got none"):
            await model.new_driver(ours).identify()

    run_virtual(main())
