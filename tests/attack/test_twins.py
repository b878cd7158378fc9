"""Two boards with one name, a name server that is silent, and links that lead somewhere."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from collector.hall_of_doors import Hall, hall
from collector.recorded_gates import BEGAN, Gate
from gate_agent.contract.messages import LINK_0
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import AgentStopped
from gate_agent.errors import ConfigurationError
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import apart
from gate_agent.uplink.rivals import Rivals
from gate_collector.alarms.book import AlarmKind, standing
from gate_collector.config import load_collector

CLOCK = SystemClock()


def _becomes(one: Hall, epoch: str) -> None:
    """Let the door speak with another journal."""
    door = one.west
    door.epoch, door.sequence, door.link = epoch, 0, LINK_0
    one.clock.advance(1)
    door.say(AgentStopped(reason="x"))
    one.settle()
    door.heartbeat()
    one.settle()


def _kinds(one: Hall) -> set[str]:
    with one.engine.connect() as connection:
        return {alarm.kind for alarm in standing(connection)}


def test_two_journals_that_speak_in_turn_are_an_alarm_and_a_new_one_is_none(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        _becomes(one, "a" * 32)
        _becomes(one, "b" * 32)
        assert AlarmKind.TWINS not in _kinds(one)

        one.west.epoch = "a" * 32  # the first board speaks again
        one.clock.advance(1)
        one.west.heartbeat(sequence=1)
        one.settle()
        assert AlarmKind.TWINS in _kinds(one)


def test_two_journals_whose_first_events_came_in_one_batch_are_twins_as_well(
    tmp_path: Path,
) -> None:
    with hall(tmp_path) as one:
        door = one.west
        for epoch in ("a" * 32, "b" * 32):
            door.epoch, door.sequence, door.link = epoch, 0, LINK_0
            door.say(AgentStopped(reason="x"))
            one.settle()
        one.clock.advance(1)
        door.say(AgentStopped(reason="y"))  # of b
        one.settle()
        door.heartbeat()
        one.settle()
        assert AlarmKind.TWINS not in _kinds(one)
        door.epoch = "a" * 32
        one.clock.advance(1)
        door.heartbeat(sequence=1)
        one.settle()
        assert AlarmKind.TWINS in _kinds(one)


def test_boards_with_one_name_wait_longer_each_time_and_not_in_step() -> None:
    rivals, now_ns = Rivals(), 0
    connects = 0
    while now_ns < 30 * NS_PER_S:
        now_ns += round(rivals.next_s(0.25, was_taken=True, now_ns=now_ns) * NS_PER_S) + 10**7
        connects += 1
    assert connects <= 8  # 77 were seen
    assert rivals.is_there(now_ns)
    waits = {rivals.next_s(0.25, was_taken=True, now_ns=now_ns) for _ in range(9)}
    assert len(waits) > 1
    assert max(waits) <= 45

    later_ns = now_ns + 400 * NS_PER_S
    assert not rivals.is_there(later_ns)
    assert rivals.next_s(0.25, was_taken=True, now_ns=later_ns) == 0.25, "our own line from before"
    assert rivals.next_s(0.5, was_taken=False, now_ns=later_ns) == 0.5


def test_a_broker_that_does_not_say_why_still_tells_who_was_there() -> None:
    def state(epoch: str) -> bytes:
        return Gate(epoch=epoch * 32).says(at=BEGAN).payload

    rivals, now_ns, waits = Rivals(), 0, []
    for _ in range(4):
        rivals.hear(state("b"), "a" * 32)
        waits.append(rivals.next_s(0.25, was_taken=False, now_ns=now_ns))
        now_ns += 10 * NS_PER_S
    assert waits[:2] == [0.25, 0.25], "a journal of our own from before, once"
    assert min(waits[2:]) > 1
    assert rivals.is_there(now_ns)

    for epoch in ("a", "a"):
        rivals.hear(state(epoch), "a" * 32)
        assert rivals.next_s(0.25, was_taken=False, now_ns=now_ns) == 0.25
    rivals.hear(b"half", "a" * 32)
    assert rivals.next_s(0.25, was_taken=False, now_ns=now_ns) == 0.25


def test_a_program_ends_though_a_name_server_never_answers() -> None:
    silent = threading.Event()

    async def run() -> None:
        async with asyncio.timeout(0.1):
            await apart(silent.wait)

    began = CLOCK.now()
    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert CLOCK.now().seconds_since(began) < 5  # asyncio.to_thread would wait for it
    silent.set()


def test_what_is_raised_apart_is_raised_where_it_is_waited_for() -> None:
    assert asyncio.run(apart(lambda: 7)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(apart(lambda: 1 // 0))


@pytest.mark.parametrize(
    ("more", "is_refused"), [("", True), ('base_url = "http://10.0.0.5"', False)]
)
def test_links_that_lead_nowhere_are_refused(
    tmp_path: Path, more: str, *, is_refused: bool
) -> None:
    path, channels = tmp_path / "collector.toml", tmp_path / "channels.toml"
    channels.write_text("", encoding="utf-8")
    path.write_text(
        '[collector]\nsite = "hall-01"\n[mqtt]\nurl = "mqtt://127.0.0.1"\n'
        '[store]\nurl = "sqlite:///c.sqlite"\n'
        f'[web]\nsign_on = true\nhost = "0.0.0.0"\nport = 8090\n[alerts]\n'
        f'channels_file = "{channels}"\n{more}\n',
        encoding="utf-8",
    )
    if not is_refused:
        load_collector(path)
        return
    with pytest.raises(ConfigurationError) as refused:
        load_collector(path)
    assert any("alerts.base_url" in fault for fault in refused.value.faults)
