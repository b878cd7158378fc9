"""GY-MCU90614: published frames, the whole range of temperatures, and what a line makes of them."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.driver_api import Reading
from gate_agent.testing import cable, check_driver, run_virtual
from gate_drivers.thermometers.gy_mcu90614 import MODEL
from gate_drivers.thermometers.gy_mcu90614.codec import (
    HEADER,
    LONGEST_FRAME,
    Command,
    CommandDecoder,
    Decoder,
    Sight,
    encode,
    encode_command,
)
from gate_drivers.thermometers.gy_mcu90614.emulator import GyMcu90614Emulator
from wire.streams import check_flips, check_splits, show, shown

PUBLISHED = [
    ("5A5A4504 0C78 0D19 A7", 3192, 3353),
    ("5A5A4504 0E3A 09CE 1C", 3642, 2510),
    ("5A5A4504 0ECA 09CE AC", 3786, 2510),
    ("5A5A4504 FB2E 01F4 1B", -1234, 500),
]
COMMANDS = {
    Command.CONTINUOUS: "A545EA",
    Command.ONE_READING: "A515BA",
    Command.BAUD_9600: "A5AE53",
    Command.BAUD_115200: "A5AF54",
    Command.OUTPUT_AFTER_POWER_UP: "A551F6",
    Command.NO_OUTPUT_AFTER_POWER_UP: "A552F7",
}
INT16 = st.integers(-(2**15), 2**15 - 1)
SIGHTS = st.builds(Sight, object_centi_c=INT16, ambient_centi_c=INT16)


@pytest.mark.parametrize(("frame", "surface", "ambient"), PUBLISHED)
def test_every_published_frame_is_read_and_written_to_the_byte(
    frame: str, surface: int, ambient: int
) -> None:
    stream = bytes.fromhex(frame)
    sight = Sight(object_centi_c=surface, ambient_centi_c=ambient)

    assert Decoder().feed(stream) == [sight]
    assert encode(sight) == stream
    decoder = Decoder()
    assert [s for byte in stream for s in decoder.feed(bytes([byte]))] == [sight]
    assert (decoder.held, dict(decoder.drops)) == (0, {})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_published_command_is_written_and_read_to_the_byte(command: Command) -> None:
    assert set(COMMANDS) == set(Command)
    assert encode_command(command) == bytes.fromhex(COMMANDS[command])
    assert CommandDecoder().feed(b"\xa5\x00" + bytes.fromhex(COMMANDS[command])) == [command]


def test_every_temperature_a_frame_can_hold_comes_out_as_it_went_in() -> None:
    decoder = Decoder()
    for value in range(-(2**15), 2**15):
        sight = Sight(object_centi_c=value, ambient_centi_c=-1 - value)

        assert decoder.feed(encode(sight)) == [sight]
    assert not decoder.drops


def test_a_value_that_does_not_fit_is_not_sent() -> None:
    with pytest.raises(OverflowError):
        encode(Sight(object_centi_c=2**15, ambient_centi_c=0))


def test_the_longer_frame_of_newer_firmware_is_read_by_its_own_length() -> None:
    head = bytes.fromhex("5A5A4506 0E3A 09CE 0E70")
    longer = head + bytes([sum(head) & 0xFF])
    decoder = Decoder()

    got = decoder.feed(longer + bytes.fromhex(PUBLISHED[0][0]))

    assert got == [
        Sight(object_centi_c=3642, ambient_centi_c=2510),
        Sight(object_centi_c=3192, ambient_centi_c=3353),
    ]
    assert not decoder.drops


@pytest.mark.parametrize("length", [0, 1, 3, 17, 255])
def test_a_length_that_cannot_be_is_dropped_and_the_next_frame_is_found(length: int) -> None:
    decoder = Decoder()

    got = decoder.feed(HEADER + bytes([length]) + bytes.fromhex(PUBLISHED[1][0]))

    assert got == [Sight(object_centi_c=3642, ambient_centi_c=2510)]
    assert decoder.drops["length"] == 1


def test_one_lost_byte_costs_one_frame() -> None:
    frames = [bytes.fromhex(frame) for frame, _, _ in PUBLISHED]
    for lost in range(len(frames[0])):
        decoder = Decoder()
        got = decoder.feed(frames[0][:lost] + frames[0][lost + 1 :] + frames[1] + frames[2])

        assert [sight.object_centi_c for sight in got] == [3642, 3786]
        assert decoder.drops.total() > 0


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


@given(st.lists(st.one_of(st.binary(max_size=300), st.just(HEADER), st.just(b"\x10"))))
def test_whatever_comes_is_survived_and_held_within_one_frame(chunks: list[bytes]) -> None:
    decoder, ear = Decoder(), CommandDecoder()
    for chunk in chunks:
        decoder.feed(chunk)
        ear.feed(chunk)

        assert decoder.held < LONGEST_FRAME


def test_it_conforms_whatever_fault_is_injected() -> None:
    first = run_virtual(check_driver(MODEL, show, sound=shown, reports=3))

    assert {type(report) for report in first} == {Reading}


def test_a_module_that_is_asked_answers_once_and_stops_sending_by_itself() -> None:
    async def main() -> list[Sight]:
        ours, theirs = cable()
        emulator = GyMcu90614Emulator()
        emulator.show(surface_centi_c=-1234, ambient_centi_c=500)
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(emulator.run(theirs))
            await ours.write(encode_command(Command.ONE_READING))
            await asyncio.sleep(1)
            got = Decoder().feed(await ours.read())
            speaking.cancel()
        return got

    got = run_virtual(main())

    (sight,) = got
    assert sight.ambient_centi_c == 500
    assert abs(sight.object_centi_c + 1234) <= 4
