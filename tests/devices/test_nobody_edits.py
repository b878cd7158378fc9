"""Nobody edits a reading: what the frame said is what stands in the stored event, to the hundredth.

From serial bytes through the driver, the engine and the journal, for every skin temperature that
a frame can hold and a door takes for skin.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.at_work import AtWork, at_work
from gate_agent.driver_api import Model, Reading, Report
from gate_agent.emulation.people import synthetic_card
from gate_agent.testing import FakeClock, cable, run_virtual
from gate_drivers.thermometers import gy_614v3, gy_mcu90614
from gate_drivers.thermometers.gy_614v3 import codec as forehead
from gate_drivers.thermometers.gy_mcu90614 import codec as module

SKIN = range(3100, 4301)
EVEN, ODD = SKIN[::2], SKIN[1::2]  # each model takes one half: of a door, all of them were played
ROOM, BODY = 2417, 3683
AT_ONCE = 100  # people a journal: holds stay open, and each has its deadlines
Encode = Callable[[int, int], bytes]


def module_frame(surface: int, ambient: int) -> bytes:
    return module.encode(module.Sight(object_centi_c=surface, ambient_centi_c=ambient))


def forehead_frame(surface: int, ambient: int) -> bytes:
    sight = forehead.Sight(
        object_centi_c=surface, ambient_centi_c=ambient, body_centi_c=BODY, emissivity_percent=97
    )
    return forehead.encode(sight)


BOTH = pytest.mark.parametrize(
    ("model", "encode"),
    [(gy_mcu90614.MODEL, module_frame), (gy_614v3.MODEL, forehead_frame)],
    ids=["gy-mcu90614", "gy-614v3"],
)


async def over_the_line(
    model: Model, frames: Sequence[bytes], take: Callable[[Report], None]
) -> None:
    """Send the frames to the model's driver, and hand on what it makes of each."""
    ours, theirs = cable()
    async with aclosing(model.new_driver(ours).reports()) as reports:
        for frame in frames:
            await theirs.write(frame)
            take(await anext(reports))


def a_person(encode: Encode, surface: int) -> list[bytes]:
    """Return what the module says while somebody steps up, is measured, and goes."""
    return [encode(surface, ROOM)] * 6 + [encode(ROOM, ROOM)] * 15


def test_the_thermometers_skin_is_all_of_it() -> None:
    assert len(SKIN) == 1201
    assert {*EVEN, *ODD} == {*SKIN}


@pytest.mark.parametrize(
    ("model", "encode", "profile", "skin"),
    [
        (gy_mcu90614.MODEL, module_frame, "spot-forehead", EVEN),
        (gy_614v3.MODEL, forehead_frame, "module-body", ODD),  # decides on the vendor's estimate
    ],
    ids=["gy-mcu90614", "gy-614v3"],
)
def test_the_stored_temperature_is_the_frames_for_every_skin_temperature(
    tmp_path: Path, model: Model, encode: Encode, profile: str, skin: range
) -> None:
    for first in range(0, len(skin), AT_ONCE):
        folder = tmp_path / str(first)
        folder.mkdir()
        values = skin[first : first + AT_ONCE]

        stored = asyncio.run(screened(folder, model, encode, profile, values))

        assert stored == [(surface, ROOM) for surface in values]


async def screened(
    folder: Path, model: Model, encode: Encode, profile: str, values: Sequence[int]
) -> list[tuple[int | None, int | None]]:
    clock = FakeClock()
    with at_work(folder, clock, profile=profile) as door:
        for number, surface in enumerate(values):
            door.gate.on_report(synthetic_card(number))
            await over_the_line(model, a_person(encode, surface), reporter(door))
            clock.advance(12)
        await door.durable()
        measured = [v.temperature for v in door.verdicts if v.temperature.samples]
    return [(told.surface_centi_c, told.ambient_centi_c) for told in measured]


def reporter(door: AtWork) -> Callable[[Report], None]:
    def take(report: Report) -> None:
        assert isinstance(report, Reading)
        door.passes(0.1)
        door.gate.on_report(report)

    return take


INT16 = st.integers(-(2**15), 2**15 - 1)


@BOTH
@given(st.lists(st.tuples(INT16, INT16), min_size=1, max_size=20))
def test_a_driver_reports_what_each_frame_says_and_nothing_else(
    model: Model, encode: Encode, told: list[tuple[int, int]]
) -> None:
    got: list[Report] = []

    run_virtual(over_the_line(model, [encode(*sight) for sight in told], got.append))

    assert [
        (report.surface_centi_c, report.ambient_centi_c)
        for report in got
        if isinstance(report, Reading)
    ] == told
    if model is gy_614v3.MODEL:
        assert {report.body_centi_c for report in got if isinstance(report, Reading)} == {BODY}
