"""Nothing of a card gets into a capture, however the traffic was broken; its course stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.driver_api import Card, CardType
from gate_drivers.card_readers.sam_uart.codec import PREAMBLE, Decoder, encode_reply
from gate_drivers.card_readers.sam_uart.redaction import redact
from gate_drivers.card_readers.sam_uart.text import (
    LAYOUTS,
    Kind,
    build_text,
    card_text,
    parse_card,
)
from wire import sam_vectors as vectors

NAME, NUMBER, ADDRESS = "欧阳金丝雀", "11010519491231002X", "北京市朝阳区金丝雀路7号"
CANARIES = [text.encode("utf-16-le") for text in (NAME, NUMBER, ADDRESS, "金丝雀", "19491231")]
STAND_IN = Card(card_type=CardType.RESIDENT, name="王静", number="999999197001010010")
PICTURE = bytes(range(256)) * 4
TEXT = build_text(
    Kind.RESIDENT,
    {"name": NAME, "number": NUMBER, "address": ADDRESS, "birth": "19491231", "nation": "01"},
)
READ = vectors.read_reply(TEXT, PICTURE)
READ_ALL = encode_reply(0x90, vectors.READ_HEAD + b"\2\0" + TEXT + PICTURE + b"C" * 512)
NEW_ADDRESS = encode_reply(0x90, ADDRESS.ljust(35).encode("utf-16-le"))
IDENTIFIERS = encode_reply(0x90, b"\x11\x22\x33\x44\x55\x66\x77\x88")
INVENTED = card_text(STAND_IN)
TRACES = [  # two characters of a card are too many
    trace
    for canary in CANARIES
    for start in range(0, len(canary) - 3, 2)
    if (trace := canary[start : start + 4]) not in INVENTED
]
PLAIN = [vectors.NOT_FOUND, vectors.NO_NEW_ADDRESS, vectors.STATUS_OK, vectors.SELF_TEST_FAILED]


def stand_in(card: Card) -> Card:
    assert (card.name, card.number) == (NAME, NUMBER)
    return STAND_IN


def redacted(stream: bytes) -> bytes:
    return redact(stream, lambda _card: STAND_IN)


def test_a_card_is_replaced_by_its_stand_in_and_still_parses() -> None:
    clean = redact(READ, stand_in)
    (reply,) = Decoder().feed(clean)

    assert (len(clean), reply.status, len(reply.data)) == (1295, 0x90, 1284)
    assert parse_card(reply.data[4:260]) == STAND_IN
    assert reply.data[260:] == bytes(1024)


def test_a_read_with_fingerprints_keeps_its_shape_and_none_of_them() -> None:
    clean = redact(READ_ALL, stand_in)
    (reply,) = Decoder().feed(clean)

    assert reply.data[:6] == vectors.READ_HEAD + b"\2\0"
    assert parse_card(reply.data[6:262]) == STAND_IN
    assert reply.data[262:] == bytes(1024 + 512)


def test_a_newer_address_and_numbers_of_the_card_are_blank() -> None:
    (address,) = Decoder().feed(redacted(NEW_ADDRESS))
    (numbers,) = Decoder().feed(redacted(IDENTIFIERS))

    assert address.data == " ".encode("utf-16-le") * 35
    assert numbers.data == bytes(8)


@pytest.mark.parametrize("stream", PLAIN)
def test_an_answer_without_data_stays_as_it_is(stream: bytes) -> None:
    assert redacted(stream) == stream


def test_a_wrong_check_byte_is_as_wrong_as_it_was() -> None:
    wrong = READ[:700] + bytes([READ[700] ^ 0x40]) + READ[701:]
    decoder = Decoder()

    clean = redacted(wrong)

    assert decoder.feed(clean) == []
    assert decoder.drops["checksum"] == 1
    assert vectors.xored(clean[5:]) == vectors.xored(wrong[5:]) == 0x40


def test_a_kind_of_card_of_tomorrow_stays_one() -> None:
    text = vectors.block((*vectors.T0, (248, 2, "Z")))
    (reply,) = Decoder().feed(redacted(vectors.read_reply(text)))

    with pytest.raises(ValueError, match="expected a card flag"):
        parse_card(reply.data[4:260])


@pytest.mark.parametrize("kind", Kind)
def test_no_field_of_any_kind_of_card_gets_through(kind: Kind) -> None:
    fields = {name: "金" * (size // 2) for name, (_, size) in LAYOUTS[kind].items()}

    clean = redacted(vectors.read_reply(build_text(kind, fields), PICTURE))

    assert "金".encode("utf-16-le") * 2 not in clean


@pytest.mark.parametrize("size", [*range(1280, 1292), 2310])
def test_an_answer_of_any_size_keeps_it(size: int) -> None:
    (reply,) = Decoder().feed(redacted(encode_reply(0x90, (READ[10:-1] * 2)[:size])))

    assert len(reply.data) == size


def test_what_stands_between_frames_is_blank() -> None:
    noise = NAME.encode("utf-16-le")
    clean = redacted(noise + vectors.STATUS_OK + noise)

    assert clean == bytes(len(noise)) + vectors.STATUS_OK + bytes(len(noise))


FRAMES = st.sampled_from([READ, READ_ALL, NEW_ADDRESS, IDENTIFIERS, *PLAIN])
HARM = st.tuples(st.sampled_from(["flip", "drop", "add", "cut"]), st.integers(0, 5000))


def harmed(stream: bytes, harm: list[tuple[str, int]]) -> bytes:
    for what, number in harm:
        at = number % (len(stream) or 1)
        match what:
            case "flip":
                middle = bytes([stream[at] ^ (1 << number % 8)]) if stream else b""
                stream = stream[:at] + middle + stream[at + 1 :]
            case "drop":
                stream = stream[:at] + stream[at + number % 9 :]
            case "add":
                stream = stream[:at] + PREAMBLE[: number % 6] + stream[at:]
            case "cut":
                stream = stream[at:] if number % 2 else stream[:at]
    return stream


@given(st.lists(FRAMES, min_size=1, max_size=3), st.lists(HARM, max_size=4))
def test_no_canary_gets_through_whatever_the_line_did(
    frames: list[bytes], harm: list[tuple[str, int]]
) -> None:
    stream = harmed(b"".join(frames), harm)

    clean = redacted(stream)

    assert len(clean) == len(stream)
    assert not [trace for trace in TRACES if trace in clean]
    assert b"\x11\x22\x33" not in clean
    assert PICTURE[1:9] not in clean


@given(st.lists(FRAMES, min_size=1, max_size=4))
def test_sound_traffic_keeps_its_course(frames: list[bytes]) -> None:
    before, after = Decoder(), Decoder()
    stream = b"".join(frames)

    told = [(reply.status, len(reply.data)) for reply in before.feed(stream)]
    shown = [(reply.status, len(reply.data)) for reply in after.feed(redacted(stream))]

    assert told == shown
    assert before.drops == after.drops


@given(st.binary(max_size=400))
def test_any_bytes_give_as_many_bytes(stream: bytes) -> None:
    assert len(redacted(stream)) == len(stream)
    assert len(redacted(PREAMBLE + stream)) == len(stream) + 5
