"""A hold behind 100,000 events on a line of 64 kbit/s: at the centre within two seconds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gate_agent.testing import eventually
from line import Line
from uplink.conftest import Mosquitto
from uplink.ear import Ear
from uplink.records import hold, passage, passages
from uplink.uplink_door import WITHIN_S, Door

_BACKLOG = 100_000
_SLOW_BITS_PER_S = 64_000
_AT_ONCE = 4000


async def _wait_for(door: Door, count: int) -> None:
    for first in range(1, count + 1, _AT_ONCE):
        await door.append(*passages(min(_AT_ONCE, count + 1 - first), first))


async def _seconds_until_heard(ear: Ear, sequence: int) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await eventually(lambda: sequence in ear.sequences(), WITHIN_S, f"event {sequence}")
    return loop.time() - began


@pytest.mark.timeout(300)
def test_a_hold_is_at_the_centre_within_two_seconds_of_the_lines_return(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with (
            Ear(mosquitto.port, answers=True) as ear,
            Line(mosquitto.port, bits_per_s=_SLOW_BITS_PER_S) as line,
        ):
            async with Door(tmp_path, line.port) as door:
                await _wait_for(door, _BACKLOG)
                line.fault = "refuse"
                door.connect()
                await eventually(lambda: door.told, WITHIN_S, "a first try that failed")
                (waiting,) = await door.append(hold(_BACKLOG + 1))

                line.fault = ""
                after_return_s = await _seconds_until_heard(ear, waiting.sequence)
                assert ear.sequences()[0] == waiting.sequence == _BACKLOG + 1

                await eventually(lambda: len(ear.events()) > 40, WITHIN_S, "the backlog to flow")
                took_s = []
                for number in range(3):
                    (now,) = await door.append(hold(_BACKLOG + 2 + 2 * number))
                    took_s.append(await _seconds_until_heard(ear, now.sequence))
                    (live,) = await door.append(passage(_BACKLOG + 3 + 2 * number))
                    await _seconds_until_heard(ear, live.sequence)
                print(f"hold: {after_return_s:.2f} s after the return, while draining {took_s}")

                assert after_return_s < 2
                assert max(took_s) < 2
                history = [one for one in ear.events() if one.event.number <= _BACKLOG]
                assert all(one.historical for one in history)
                assert [o.event.number for o in history] == list(range(1, len(history) + 1))

    asyncio.run(scenario())
