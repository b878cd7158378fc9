"""GY-614V3: published frames, the whole range of temperatures, and what a line makes of them."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.driver_api import Reading
from gate_agent.testing import cable, check_driver, run_virtual
from gate_drivers.thermometers.gy_614v3 import MODEL
from gate_drivers.thermometers.gy_614v3.codec import (
    DATA_FRAME_SIZE,
    FACTORY,
    HEADER,
    QUERY,
    RATES_HZ,
    SAVE,
    Command,
    CommandDecoder,
    Decoder,
    Read,
    Register,
    Sight,
    Write,
    encode,
    encode_command,
)
from gate_drivers.thermometers.gy_614v3.driver import Gy614V3
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator
from wire.streams import check_flips, check_splits, show, shown
from wire.talk import talking

PUBLISHED = [
    (
        "A4030707 61 0D7C 09B0 0E4A B0",
        Sight(object_centi_c=3452, ambient_centi_c=2480, body_centi_c=3658, emissivity_percent=97),
    ),
    (
        "A4030707 61 0E1A 09B0 0ED0 D5",
        Sight(object_centi_c=3610, ambient_centi_c=2480, body_centi_c=3792, emissivity_percent=97),
    ),
]
COMMANDS: list[tuple[str, Command]] = [
    ("A4060301AE", Write(register=Register.MODE, value=QUERY)),
    ("A4060106B1", Write(register=Register.BAUD, value=6)),
    ("A406055504", Write(register=Register.SAVE, value=SAVE)),
    ("A40605AA59", Write(register=Register.SAVE, value=FACTORY)),
    ("A4060203AF", Write(register=Register.RATE, value=RATES_HZ.index(10))),
    ("A4030707B5", Read()),
]
INT16 = st.integers(-(2**15), 2**15 - 1)
SIGHTS = st.builds(
    Sight,
    object_centi_c=INT16,
    ambient_centi_c=INT16,
    body_centi_c=INT16,
    emissivity_percent=st.integers(1, 100),
)


@pytest.mark.parametrize(("frame", "sight"), PUBLISHED)
def test_every_published_frame_is_read_and_written_to_the_byte(frame: str, sight: Sight) -> None:
    stream = bytes.fromhex(frame)

    assert Decoder().feed(stream) == [sight]
    assert encode(sight) == stream
    decoder = Decoder()
    assert [s for byte in stream for s in decoder.feed(bytes([byte]))] == [sight]
    assert (decoder.held, dict(decoder.drops)) == (0, {})


@pytest.mark.parametrize(("frame", "command"), COMMANDS)
def test_every_published_command_is_written_and_read_to_the_byte(
    frame: str, command: Command
) -> None:
    stream = bytes.fromhex(frame)

    assert encode_command(command) == stream
    assert CommandDecoder().feed(b"\x07\xa4" + stream) == [command]


def test_every_temperature_a_frame_can_hold_comes_out_as_it_went_in() -> None:
    decoder = Decoder()
    for value in range(-(2**15), 2**15):
        sight = Sight(object_centi_c=value, ambient_centi_c=-1 - value, body_centi_c=value ^ 0x55)

        assert decoder.feed(encode(sight)) == [sight]
    assert not decoder.drops


def test_one_lost_byte_costs_one_frame() -> None:
    first, second = (bytes.fromhex(frame) for frame, _ in PUBLISHED)
    for lost in range(DATA_FRAME_SIZE):
        decoder = Decoder()
        got = decoder.feed(first[:lost] + first[lost + 1 :] + second + first)

        assert [sight.object_centi_c for sight in got] == [3610, 3452]
        assert decoder.drops.total() > 0


def test_answers_about_other_registers_are_no_readings() -> None:
    decoder = Decoder()
    head = bytes.fromhex("A4030E020001")
    other = head + bytes([sum(head) & 0xFF])

    assert decoder.feed(other + bytes.fromhex(PUBLISHED[0][0])) == [PUBLISHED[0][1]]
    assert decoder.drops["noise"] == len(other)


@given(st.lists(SIGHTS, max_size=8), st.data())
def test_any_split_and_any_noise_give_the_same_readings(
    sights: list[Sight], data: st.DataObject
) -> None:
    check_splits(Decoder, [(encode(sight), sight) for sight in sights], HEADER, data)


@given(st.lists(SIGHTS, min_size=2, max_size=4), st.data())
def test_a_flipped_bit_never_gives_another_value_and_is_counted(
    sights: list[Sight], data: st.DataObject
) -> None:
    check_flips(Decoder, [(encode(sight), sight) for sight in sights], data)


@given(st.lists(st.one_of(st.binary(max_size=300), st.just(HEADER))))
def test_whatever_comes_is_survived_and_held_within_one_frame(chunks: list[bytes]) -> None:
    decoder, ear = Decoder(), CommandDecoder()
    for chunk in chunks:
        decoder.feed(chunk)
        ear.feed(chunk)

        assert decoder.held < DATA_FRAME_SIZE


def test_it_conforms_whatever_fault_is_injected() -> None:
    first = run_virtual(check_driver(MODEL, show, sound=shown, reports=3))

    assert all(isinstance(report, Reading) and report.body_centi_c for report in first)


def test_its_settings_are_written_and_never_saved() -> None:
    async def main() -> list[Command]:
        ours, theirs = cable()
        async with talking(Gy614V3, line=ours):
            await asyncio.sleep(0.1)
            return CommandDecoder().feed(await theirs.read())

    written = run_virtual(main())

    assert written == [
        Write(register=Register.FORMAT, value=0),
        Write(register=Register.RATE, value=3),
        Write(register=Register.MODE, value=0),
    ]


def test_a_module_that_is_asked_answers_one_frame() -> None:
    async def main() -> list[Sight]:
        ours, theirs = cable()
        emulator = Gy614V3Emulator()
        emulator.show(surface_centi_c=3400, ambient_centi_c=-500)
        emulator.obey(encode_command(Write(register=Register.MODE, value=QUERY)))
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(emulator.run(theirs))
            await ours.write(encode_command(Read()))
            await asyncio.sleep(1)
            got = Decoder().feed(await ours.read())
            speaking.cancel()
        return got

    (sight,) = run_virtual(main())

    assert sight.ambient_centi_c == -500
    assert abs(sight.object_centi_c - 3400) <= 4
    assert abs(sight.body_centi_c - 3650) <= 2
