"""Frames of LCUS USB relays with 1 to 8 contacts (no I/O).

::

    host → board   A0  N  S  X       N: contact, S: 01 close, 00 open; X: low byte of the sum
    host → board   FF                how are they?
    board → host   CH1: ON CR LF CH2: OFF CR LF …       boards of 2 and more

Source: sellers' notes; the answer to FF from users' reports. See protocol.md beside this file.
"""

from __future__ import annotations

import re

from gate_agent.driver_api.framing import FrameDecoder, LineDecoder, sum8, summed

HEADER = 0xA0
QUERY = b"\xff"
_SIZE = 4
_STATE = re.compile(rb" *CH([1-8]) ?: ?(ON|OFF) *")


def encode_put(contact: int, *, closed: bool) -> bytes:
    """Return what closes or opens one contact."""
    return summed(bytes([HEADER, contact, closed]))


def encode_states(closed: frozenset[int], contacts: int) -> bytes:
    """Return the board's answer to a query."""
    lines = (f"CH{n}: {'ON' if n in closed else 'OFF'}\r\n" for n in range(1, contacts + 1))
    return "".join(lines).encode()


class StateDecoder(LineDecoder[tuple[int, bool]]):
    """Cuts the board's stream into contacts, each with whether it is closed."""

    def __init__(self) -> None:
        super().__init__(parse=_state, longest=32)


class PutDecoder(FrameDecoder[tuple[int, bool]]):
    """Cuts the host's stream into what is to be put: the board's ear, for the emulator."""

    def __init__(self) -> None:
        super().__init__(bytes([HEADER]), size=lambda _: _SIZE, parse=_put)


def _state(line: bytes) -> tuple[int, bool] | None:
    matched = _STATE.fullmatch(line)
    return None if matched is None else (int(matched[1]), matched[2] == b"ON")


def _put(frame: bytes) -> tuple[int, bool] | None:
    if frame[-1] != sum8(frame[:-1]) or frame[2] > 1:
        return None
    return frame[1], bool(frame[2])
