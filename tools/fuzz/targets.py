"""What must hold for any bytes: every codec, the redaction, the event contract, a capture.

A target raises AssertionError, or anything the code has no right to raise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from gate_agent.capture.file_format import CaptureError, parse_capture
from gate_agent.contract import messages
from gate_agent.contract.moment import ClockQuality, Moment
from gate_agent.contract.records import AgentStopped
from gate_agent.driver_api import Card, CardType
from gate_agent.errors import ContractError
from gate_drivers.card_readers.sam_uart import codec as sam
from gate_drivers.card_readers.sam_uart import redaction, text
from gate_drivers.thermometers.gy_614v3 import codec as forehead
from gate_drivers.thermometers.gy_mcu90614 import codec as module

_STAND_IN = Card(card_type=CardType.RESIDENT, name="王静", number="999999197001010010")
_CANARY = "欧阳金丝雀"


class _Decoder(Protocol):
    def feed(self, data: bytes) -> Sequence[object]: ...


def _split(new: Callable[[], _Decoder], data: bytes, most_held: int | None) -> None:
    """Cut the stream by its own first byte: the same frames must come, and little be held."""
    size = (data[0] if data else 0) % 17 + 1
    whole, pieces = new(), new()
    at_once = list(whole.feed(data))
    one_by_one = [
        frame
        for start in range(0, len(data), size)
        for frame in pieces.feed(data[start : start + size])
    ]
    assert at_once == one_by_one, "expected the same frames for any split"
    assert getattr(whole, "drops", None) == getattr(pieces, "drops", None), "and the same counts"
    if most_held is not None:
        assert getattr(whole, "held", 0) <= most_held, "expected no more than one frame held"


def sam_replies(data: bytes) -> None:
    """Replies of the ID-card reader."""
    _split(sam.Decoder, data, sam.LONGEST + 6)


def sam_requests(data: bytes) -> None:
    """The host's questions, as the emulator hears them."""
    _split(sam.RequestDecoder, data, sam.LONGEST + 6)


def sam_text(data: bytes) -> None:
    """The text of a card: read, or refused as a whole."""
    with suppress(ValueError):
        card = text.parse_card(data[: text.SIZE])
        assert len(card.number) <= 18, "expected no more than the card has"


def sam_redaction(data: bytes) -> None:
    """What a capture keeps of a reader's traffic: as many bytes, and nobody."""
    canary = _CANARY.encode("utf-16-le")
    middle = len(data) // 2
    stream = data[:middle] + canary + data[middle:]
    clean = redaction.redact(stream, lambda _card: _STAND_IN)
    assert len(clean) == len(stream), "expected as many bytes"
    assert canary not in clean, "expected no name"


def gy_mcu90614(data: bytes) -> None:
    """Frames of the GY-MCU90614, and its commands."""
    _split(module.Decoder, data, module.LONGEST_FRAME)
    _split(module.CommandDecoder, data, None)
    for sight in module.Decoder().feed(data):
        assert module.Decoder().feed(module.encode(sight)) == [sight], "expected it to come back"


def gy_614v3(data: bytes) -> None:
    """Frames of the GY-614V3, and its commands."""
    _split(forehead.Decoder, data, forehead.DATA_FRAME_SIZE)
    _split(forehead.CommandDecoder, data, None)
    for sight in forehead.Decoder().feed(data):
        assert forehead.encode(sight) in data, "expected the very frame"


def message_body(data: bytes) -> None:
    """An event: parsed, or a ContractError."""
    with suppress(ContractError):
        messages.parse_body(data).record()


def message_receipt(data: bytes) -> None:
    """A receipt: parsed and made again, or a ContractError."""
    with suppress(ContractError):
        receipt = messages.parse_receipt(data)
        assert messages.parse_receipt(receipt.encode()) == receipt, "expected it to come back"


def message_state(data: bytes) -> None:
    """A gate's state: parsed and made again, or a ContractError."""
    with suppress(ContractError):
        state = messages.parse_state(data).value
        assert messages.parse_state(state.encode()).value == state, "expected it to come back"


def capture_file(data: bytes) -> None:
    """A capture: parsed, or a CaptureError."""
    with suppress(CaptureError):
        parse_capture(data.decode("utf-8", errors="replace").splitlines(keepends=True))


TARGETS = {
    target.__name__: target
    for target in (
        sam_replies, sam_requests, sam_text, sam_redaction, gy_mcu90614, gy_614v3,
        message_body, message_receipt, message_state, capture_file,
    )
}  # fmt: skip


def seeds(name: str) -> list[bytes]:
    """Return sound input of the target: what to begin with."""
    card = text.card_text(_STAND_IN)
    read = sam.encode_reply(sam.Status.OK, bytes.fromhex("01000400") + card + bytes(1024))
    sight = module.Sight(object_centi_c=3642, ambient_centi_c=2510)
    seen = forehead.Sight(object_centi_c=3452, ambient_centi_c=2480, body_centi_c=3658)
    moments = '"time":"2026-11-24T02:00:00.000Z"'
    epoch, link = "ab" * 16, "cd" * 32
    sound = {
        "sam_replies": [sam.encode_reply(sam.Status.FOUND, bytes(4)), read],
        "sam_requests": [sam.encode_command(sam.Command.FIND)],
        "sam_text": [card],
        "sam_redaction": [read, sam.encode_reply(sam.Status.OK, bytes(70))],
        "gy_mcu90614": [module.encode(sight), module.encode_command(module.Command.CONTINUOUS)],
        "gy_614v3": [forehead.encode(seen), forehead.encode_command(forehead.Read())],
        "message_body": [_event()],
        "message_receipt": [
            f'{{"epoch":"{epoch}","upto":42,"link":"{link}","ranges":[[45,47]],"missing":[[43,44]],'
            f"{moments}}}".encode()
        ],
        "message_state": [
            f'{{"state":"online","epoch":"{epoch}","sequence":42,"link":"{link}","pending":0,'
            f'"oldest_pending_s":0,"clock":"synced","devices":{{"thermometer":"ok"}},'
            f'"version":"0.1.0",{moments}}}'.encode()
        ],
        "capture_file": [
            f'{{"capture":1,"site":"h","gate":"w","profile":"spot-forehead",{moments},"boot_ns":1,'
            '"version":"0","devices":{"t":{"driver":"gy-614v3"}}}\n'
            '{"ns":2,"device":"t","what":"came","hex":"a403"}\n'.encode()
        ],
    }
    return sound[name]


def _event() -> bytes:
    now = Moment(utc=datetime(2026, 11, 24, 2, tzinfo=UTC), boot_ns=10**12)
    header = messages.Header(
        site="hall-01",
        gate="west-1f",
        epoch="ab" * 16,
        sequence=42,
        prev_link=messages.LINK_0,
        occurred=now,
        recorded=now,
        boot_id="cd" * 16,
        clock=ClockQuality.SYNCED,
    )
    return messages.encode_body(header, AgentStopped(reason="asked to"))
