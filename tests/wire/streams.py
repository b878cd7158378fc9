"""What every decoder of a thermometer's stream must keep to, and a person to be seen by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

from hypothesis import strategies as st

from gate_agent.driver_api import FaultyEmulator, Reading, Report

SKIN, ROOM, BELOW_RANGE = 3640, 2410, -7000
_SPREAD = 4  # of the emulated sensor


class StreamDecoder(Protocol):
    @property
    def held(self) -> int: ...

    @property
    def drops(self) -> Counter[str]: ...

    def feed(self, data: bytes) -> Sequence[object]: ...


def check_splits(
    new: Callable[[], StreamDecoder],
    frames: list[tuple[bytes, object]],
    header: bytes,
    data: st.DataObject,
) -> None:
    """Frames with noise between them come out, the same for any split; the noise is counted."""
    noises = data.draw(
        st.lists(
            st.binary(max_size=20).map(lambda noise: noise.replace(header[:1], b"")),
            min_size=len(frames) + 1,
            max_size=len(frames) + 1,
        )
    )
    stream = (
        b"".join(noise + frame for noise, (frame, _) in zip(noises, frames, strict=False))
        + noises[-1]
    )
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=30))
    places = sorted({0, len(stream), *cuts})
    whole, pieces = new(), new()

    at_once = list(whole.feed(stream))
    one_by_one = [
        sight for start, end in pairwise(places) for sight in pieces.feed(stream[start:end])
    ]

    assert at_once == one_by_one == [sight for _, sight in frames]
    assert whole.drops == pieces.drops
    assert whole.drops["noise"] == sum(map(len, noises))


def check_flips(
    new: Callable[[], StreamDecoder], frames: list[tuple[bytes, object]], data: st.DataObject
) -> None:
    """One flipped bit costs no more than its frame and the next, and gives no value of its own."""
    stream = bytearray(b"".join(frame for frame, _ in frames))
    bit = data.draw(st.integers(0, 8 * len(frames[0][0]) - 1))
    stream[bit // 8] ^= 1 << bit % 8
    decoder = new()

    got = list(decoder.feed(bytes(stream) + bytes(40)))

    told = [sight for _, sight in frames]
    assert all(sight in told for sight in got)
    assert got[-len(told) + 2 :] == told[2:] or len(told) <= 2
    assert decoder.drops.total() > 0


def show(emulator: FaultyEmulator) -> None:
    """Let a person stand before the thermometer."""
    emulator.show(surface_centi_c=SKIN, ambient_centi_c=ROOM)  # type: ignore[attr-defined]


def shown(report: Report) -> bool:
    """Whether this is the person, the empty room at the start, or the fault `below_range`."""
    assert isinstance(report, Reading)
    near = any(abs(report.surface_centi_c - told) <= _SPREAD for told in (SKIN, 2400, BELOW_RANGE))
    return near and report.ambient_centi_c in (ROOM, 2400)
