"""Published frames of the devices to the byte: read, written, in pieces, after noise, spoilt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.driver_api.framing import crc16_modbus, word_sum16
from gate_drivers.badges.rdm6300 import codec as rdm6300
from gate_drivers.badges.wiegand_text import codec as wiegand
from gate_drivers.modbus import codec as modbus
from gate_drivers.scanners.serial_scanner import codec as scanner
from gate_drivers.thermometers.cjmcu_90614 import codec as cjmcu
from gate_drivers.thermometers.gd60914 import codec as gd60914
from gate_drivers.thermometers.gy_mcu90640 import codec as array
from gate_drivers.thermometers.modbus_thermometer.codec import centi_c, registers_of
from gate_drivers.thermometers.optris_cs import codec as optris
from gate_drivers.thermometers.raytek_mi import codec as raytek


class Vector(NamedTuple):
    decoder: Callable[[], Any]
    frame: bytes
    value: object


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


ROOM = array.Sight(points=(2500,) * array.POINTS, ambient_centi_c=2750)
FACE = replace(
    ROOM,
    points=tuple(
        3680 if at == 11 * 32 + 16 else 3660 if at == 11 * 32 + 15 else 2500
        for at in range(array.POINTS)
    ),
)  # column 15 on the wire is column 16 as one looks


def unit_1() -> modbus.RtuAnswerDecoder:
    return modbus.RtuAnswerDecoder(1)


READ_OK = hexed("01030801 6E016F0119 0000DE3E")
ALL = {
    "cjmcu 36.42/25.10": Vector(
        cjmcu.Decoder,
        hexed("66660104 0E3A 09CE F0"),
        cjmcu.Sight(object_centi_c=3642, ambient_centi_c=2510),
    ),
    "rdm6300 0006547886": Vector(
        rdm6300.Decoder, hexed("0230313030363345394145323503"), "0006547886"
    ),
    "rdm6300 0008844356": Vector(
        rdm6300.Decoder, hexed("0231303030383646343434323603"), "0008844356"
    ),
    "optris 36.6": Vector(lambda: optris.Decoder(high_resolution=False), hexed("0556"), 3660),
    "optris 37.9": Vector(lambda: optris.Decoder(high_resolution=False), hexed("0563"), 3790),
    "optris hs 36.62": Vector(lambda: optris.Decoder(high_resolution=True), hexed("355E"), 3662),
    "raytek": Vector(
        raytek.Decoder, b"!T036.6\r\n", raytek.HeadValue(what="T", value_centi_c=3660)
    ),
    "raytek box 7": Vector(
        raytek.Decoder, b"007!T98\r\n", raytek.HeadValue(what="T", value_centi_c=9800)
    ),
    "gd60914": Vector(gd60914.Decoder, b"00366\r\n", 366),
    "wiegand 24": Vector(lambda: wiegand.Decoder("hex-24"), b"63E9AE\r", "0006547886"),
    "wiegand decimal": Vector(lambda: wiegand.Decoder("decimal"), b"0006547886\r\n", "0006547886"),
    "scanner": Vector(
        lambda: scanner.Decoder(prefix=b"~", terminator="cr"), "~预约 A\r".encode(), "预约 A"
    ),
    "modbus 36.6": Vector(
        unit_1, READ_OK, modbus.RtuAnswer(unit=1, function=3, data=READ_OK[3:-2])
    ),
    "modbus refused": Vector(
        unit_1, hexed("018302C0F1"), modbus.RtuAnswer(unit=1, function=3, refused=2)
    ),
    "array room": Vector(array.Decoder, array.encode(ROOM), ROOM),
    "array face": Vector(array.Decoder, array.encode(FACE), FACE),
    "array emissivity": Vector(array.Decoder, hexed("5A5A5F13"), 95),
}
EVERY = pytest.mark.parametrize("vector", ALL.values(), ids=ALL)
WITH_HEADER = [name for name in ALL if name.split()[0] in ("cjmcu", "rdm6300", "modbus", "array")]


@EVERY
def test_every_published_frame_is_read_whole_and_byte_by_byte(vector: Vector) -> None:
    decoder = vector.decoder()

    assert decoder.feed(vector.frame) == [vector.value]
    if len(vector.frame) > 2:
        pieces: Sequence[object] = [
            value for byte in vector.frame for value in decoder.feed(bytes([byte]))
        ]
        assert pieces == [vector.value]
    assert decoder.held <= len(vector.frame)
    assert not decoder.drops.total()


@pytest.mark.parametrize("name", WITH_HEADER)
def test_it_is_read_after_noise_and_twice_in_a_row(name: str) -> None:
    decoder, frame, value = ALL[name].decoder(), ALL[name].frame, ALL[name].value

    assert decoder.feed(b"\x00\x77" + frame + b"\x13" + frame) == [value, value]
    assert decoder.drops["noise"] == 3


@pytest.mark.parametrize("name", [one for one in WITH_HEADER if "array" not in one])
def test_no_flipped_bit_gives_another_value(name: str) -> None:
    frame, value = ALL[name].frame, ALL[name].value

    for bit in range(8 * len(frame)):
        spoilt = bytearray(frame)
        spoilt[bit // 8] ^= 1 << bit % 8
        assert set(ALL[name].decoder().feed(bytes(spoilt) + frame + bytes(20))) <= {value}


def test_the_array_has_the_manuals_sums_and_is_mirrored() -> None:
    assert array.encode(ROOM)[-4:] == hexed("BE0A1AB7")
    assert array.encode(FACE)[-2:] == hexed("3EC0")
    assert array.encode(FACE)[738:742] == hexed("600E4C0E")
    assert array.encode_command(array.Command.RATE, 1) == hexed("A52501CB"), "1 Hz, not 4"
    assert array.encode_emissivity(95) == hexed("5A5A5F13")
    assert word_sum16(array.encode(ROOM)[:-2]) == 0xB71A


@given(st.lists(st.one_of(st.binary(max_size=200), st.just(b"\x5a\x5a\x02\x06"))))
def test_whatever_comes_to_the_array_is_survived_and_held_within_one_frame(
    chunks: list[bytes],
) -> None:
    decoder, ear = array.Decoder(), array.CommandDecoder()
    for chunk in chunks:
        decoder.feed(chunk)
        ear.feed(chunk)

        assert decoder.held <= array.SIZE


@pytest.mark.parametrize("kind", ["int16", "int32", "float32"])
@pytest.mark.parametrize("word_order", ["big", "little"])
@pytest.mark.parametrize("scale", ["tenths", "hundredths"])
def test_registers_say_what_they_were_given(kind: str, word_order: str, scale: str) -> None:
    for value in (-1230, 0, 3660, 9990):
        registers = registers_of(value, kind=kind, word_order=word_order, scale=scale)

        assert centi_c(registers, kind=kind, word_order=word_order, scale=scale) == value


def test_what_is_no_number_is_none() -> None:
    not_a_number = [0x7FC0, 0x0000]

    assert centi_c(not_a_number, kind="float32", word_order="big", scale="degrees") is None


@given(st.binary(max_size=40))
def test_the_crc_is_the_specifications(data: bytes) -> None:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)

    assert crc16_modbus(data) == crc.to_bytes(2, "little")


@pytest.mark.parametrize("answer", [b"00366\r\n\r", b"003a6\r\n", b"      \r", b"ERROR\r\n"])
def test_what_is_not_exactly_seven_characters_of_number_is_none(answer: bytes) -> None:
    assert gd60914.Decoder().feed(answer) == []
