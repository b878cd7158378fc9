"""Takes the person out of what a SAM reader sent, and leaves the traffic as it was (no I/O).

What is not known to be harmless is replaced: of a frame its preamble, length and status stay, of
everything else only how many bytes it was.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor

from gate_agent.driver_api import Card
from gate_drivers.card_readers.sam_uart.codec import LONGEST, PREAMBLE, Status
from gate_drivers.card_readers.sam_uart.text import (
    ADDRESS_SIZE,
    SIZE,
    blank_text,
    card_text,
    parse_card,
)

StandIn = Callable[[Card], Card]
_LENGTH_SIZE, _STATUS_SIZE = 2, 3
_HEAD = len(PREAMBLE) + _LENGTH_SIZE
_SHORTEST = _STATUS_SIZE + 1
_PHOTO_SIZE = 1024
_SIZES = bytes.fromhex("01000400")
_STATUSES = frozenset(bytes([0, 0, status]) for status in Status)


def redact(stream: bytes, stand_in: StandIn) -> bytes:
    """Return as many bytes as `stream` has, with nothing in them of any card.

    A sound frame stays sound; one with a wrong check byte is as wrong as it was. `stand_in` names
    the card that is written in place of one that was read.
    """
    out = bytearray()
    rest = stream
    while (at := rest.find(PREAMBLE)) >= 0:
        frame, rest = _cut(rest[at:])
        out += bytes(at) + _redacted(frame, stand_in)
    return bytes(out + bytes(len(rest)))


def _cut(stream: bytes) -> tuple[bytes, bytes]:
    """Return what belongs to the frame that `stream` begins with, and what follows it."""
    length = int.from_bytes(stream[len(PREAMBLE) : _HEAD], "big")
    end = _HEAD + length if _SHORTEST <= length <= LONGEST else _HEAD
    if len(stream) < end or reduce(xor, stream[len(PREAMBLE) : end], 0):
        another = stream.find(PREAMBLE, 1, end)  # what is broken may have lost its end
        end = another if another > 0 else end
    return stream[:end], stream[end:]


def _redacted(frame: bytes, stand_in: StandIn) -> bytes:
    head, body = frame[:_HEAD], frame[_HEAD:]
    wanted = int.from_bytes(head[len(PREAMBLE) :], "big")
    if not _SHORTEST <= wanted <= LONGEST or len(body) > wanted:
        return head + bytes(len(body))
    status = body[:_STATUS_SIZE]
    if status not in _STATUSES:
        status = bytes(len(status))
    size = wanted - _SHORTEST
    whole = len(body) == wanted
    wrong = reduce(xor, frame[len(PREAMBLE) :], 0) if whole else None
    data = body[_STATUS_SIZE:-1] if wrong == 0 else b""
    new = status + _data(size, data, stand_in)
    if wrong is None:
        return (head + new)[: len(frame)]
    return head + new + bytes([reduce(xor, head[len(PREAMBLE) :] + new) ^ wrong])


def _data(size: int, sound: bytes, stand_in: StandIn) -> bytes:
    """Return `size` bytes of data in the shape an answer of this size has."""
    more = size - len(_SIZES) - SIZE - _PHOTO_SIZE  # nothing, or a size of fingerprints and they
    if more >= 0:
        sizes = _SIZES + (max(0, more - 2).to_bytes(2, "big") if more else b"")
        at = len(sizes)
        text = _text(sound[at : at + SIZE], stand_in)
        return (sizes + text + bytes(size))[:size]
    if size and size % ADDRESS_SIZE == 0:
        return " ".encode("utf-16-le") * (size // 2)
    return bytes(size)


def _text(sound: bytes, stand_in: StandIn) -> bytes:
    if not sound:
        return blank_text()
    try:
        card = parse_card(sound)
    except ValueError:  # a kind of card of tomorrow: that much is kept
        return blank_text("?")
    return card_text(stand_in(card))
