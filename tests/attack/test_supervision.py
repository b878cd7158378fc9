"""Every thread, task and duty: something unexpected is raised in it, and it does not die of it."""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from children import wait_until
from collector.hall_of_doors import hall
from doorfiles import write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.door import DoorProgram
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import LONGEST_S, STANDS_S, STUCK_S, KeptThread, Parts, keep
from gate_agent.store.journal import Journal
from gate_agent.store.keys import resolve_keys
from gate_agent.store.reader import JournalReader
from gate_agent.testing import FakeClock
from gate_agent.testing.time import eventually
from gate_collector.alarms.book import AlarmKind, alarms_after, standing
from gate_collector.alarms.watch import Hearing, watch
from gate_collector.schedule import Schedule

_ROOT = Path(__file__).parents[2]


class Unheard(Exception):  # noqa: N818 nobody expects it
    """An error of a type that no code names."""


def _raise() -> None:
    raise Unheard


def test_a_fault_stands_until_it_is_mended_or_long_over() -> None:
    clock = FakeClock()
    parts = Parts(clock)
    parts.expect("clerk", "writer")
    waits = [parts.failed("clerk", Unheard()) for _ in range(8)]

    assert waits == [1, 2, 4, 8, 16, LONGEST_S, LONGEST_S, LONGEST_S]
    assert (parts.told, parts.counts) == ("clerk: Unheard", {"clerk": 8, "writer": 0})
    assert not parts.may_begin("clerk")
    clock.advance(LONGEST_S)
    assert parts.may_begin("clerk")
    clock.advance(STANDS_S - LONGEST_S + 1)
    assert parts.told == ""
    parts.failed("clerk", Unheard())
    parts.well("clerk")
    assert (parts.told, parts.counts["clerk"]) == ("", 9)


def test_what_fails_for_good_or_never_comes_back_is_stuck() -> None:
    clock = FakeClock()
    parts = Parts(clock)
    while clock.boot_ns <= FakeClock().boot_ns + STUCK_S * 1e9:
        assert not parts.is_stuck
        parts.failed("clerk", Unheard())
        clock.advance(LONGEST_S)
    parts.failed("clerk", Unheard())
    assert parts.is_stuck
    parts.well("clerk")
    with parts.at_work("retention"):
        clock.advance(STUCK_S + 1)
        assert parts.is_stuck
        assert parts.told == "retention: does not come back"
    assert not parts.is_stuck
    with parts.at_work("writer", 30):
        clock.advance(31)
        assert (parts.told, parts.is_stuck) == ("writer: does not come back", False)
        clock.advance(STUCK_S)
        assert parts.is_stuck
    assert parts.told == ""


def test_a_loop_that_makes_no_turn_keeps_the_watchdog_from_being_fed() -> None:
    clock = FakeClock()
    parts = Parts(clock)
    parts.turned("ticker", 60)
    parts.turned("retention")
    clock.advance(59)
    assert (parts.told, parts.is_stuck) == ("", False)
    clock.advance(2)
    assert (parts.told, parts.is_stuck) == ("ticker: makes no progress", True)
    parts.turned("ticker", 60)
    assert (parts.told, parts.is_stuck) == ("", False)
    clock.advance(55)
    parts.failed("ticker", Unheard())  # it begins again, and is told as what it is
    clock.advance(30)
    assert (parts.told, parts.is_stuck) == ("ticker: Unheard", False)
    clock.advance(31)
    assert parts.is_stuck


def test_a_door_counts_the_turns_of_each_of_its_own_loops(tmp_path: Path) -> None:
    config = load_config(write_door(tmp_path, {"web": {"sign_on": True}}), GateConfig)
    clock, zone, beside = SystemClock(), ZoneInfo("Asia/Shanghai"), config.journal.path.parent
    keys = resolve_keys(config.keys, beside)

    async def run() -> frozenset[str]:
        opened = Journal.open(config.journal.path, site="hall-01", gate="west-1f", clock=clock,
                              zone=zone, key=keys.store)  # fmt: skip
        with opened as journal, JournalReader(config.journal.path, keys.store) as reader:
            door = DoorProgram(
                config, keys=keys, journal=journal, reader=reader, clock=clock, zone=zone
            )
            door.start(config_sha256="0" * 64)
            async with asyncio.TaskGroup() as group:
                working = [group.create_task(work) for work in door.doing()]
                await eventually(lambda: len(door.parts.watched) == 6)
                for task in working:
                    task.cancel()
            await door.gate.stop("over")
            return door.parts.watched

    devices = {"thermometer", "id_reader"}
    assert asyncio.run(run()) == {"ticker", "retention", "judgement", "sign_on"} | devices


def test_a_thread_begins_again() -> None:
    parts, stopping, times = Parts(FakeClock()), threading.Event(), []

    def work() -> None:
        times.append(1)
        if len(times) == 1:
            _raise()
        stopping.wait()

    thread = KeptThread("writer", work, parts, stopping)
    thread.start()
    wait_until(lambda: len(times) == 2, "the thread to begin again")

    assert thread.is_alive
    assert parts.told == "writer: Unheard"
    stopping.set()
    thread.join(60)
    assert not thread.is_alive


def test_a_task_begins_again_and_ends_when_it_is_cancelled() -> None:
    parts, times = Parts(FakeClock()), []

    async def work() -> None:
        times.append(1)
        if len(times) == 1:
            _raise()
        await asyncio.Event().wait()

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(keep("uplink", work, parts))
            await eventually(lambda: len(times) == 2)
            task.cancel()
        assert task.cancelled()

    asyncio.run(run())
    assert parts.told == "uplink: Unheard"


def test_a_duty_that_fails_keeps_no_other_waiting_and_rings() -> None:
    done: list[str] = []
    parts = Parts(FakeClock())
    duties: dict[str, Callable[[], object]] = {
        "reports": _raise, "retention": lambda: done.append("retention")}  # fmt: skip
    clerk = Schedule("clerk", duties, every_s=5, parts=parts)
    clerk.round()
    clerk.round()

    assert done == ["retention"] * 2
    assert parts.counts == {"clerk": 0, "reports": 1, "retention": 0}  # and waits


def test_the_failure_of_a_part_is_an_alarm_as_long_as_it_lasts(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        now, hearing = one.clock.utc, Hearing(connected=False, since=one.clock.utc)
        for failing in ("clerk: Unheard", ""):
            with one.engine.begin() as connection:
                watch(connection, hearing, now, failing=failing)
                stood = [alarm.detail for alarm in standing(connection)]
            assert stood == [failing][: len(failing)]
        with one.engine.connect() as connection:
            raised = [(it.kind, it.cleared is None) for it in alarms_after(connection, 0)]
        assert raised == [(AlarmKind.FAILING, False)]


_BARE = {  # who starts a thread or a task without supervision, and why it may
    "gate_agent/host/supervision.py": "the one",
    "gate_agent/devices/pumped.py": "one open line; its fault is the line's, which is opened again",
    "gate_agent/host/systemd.py": "lasts as long as one step of the start",
    "collector/gate_collector/bureau/asking.py": "one question to a hall; its fault is the answer",
}
_BEGINS = ("Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "loop_start")


def test_nobody_else_begins_a_thread() -> None:
    found = {
        str(path.relative_to(_ROOT))
        for part in ("gate_agent", "collector/gate_collector", "drivers/gate_drivers")
        for path in sorted((_ROOT / part).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _BEGINS
    }
    assert found == {*_BARE, "collector/gate_collector/alerts/telling.py"}  # its pool tells faults


def test_every_task_of_a_door_begins_again() -> None:
    tree = ast.parse((_ROOT / "gate_agent" / "app.py").read_text(encoding="utf-8"))
    begun = {
        ast.unparse(node.args[0]).partition("(")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".create_task")
    }
    assert begun == {"work", "keep"}, "what doing() and telling() give, and the watchdog"
    tree = ast.parse((_ROOT / "gate_agent" / "door.py").read_text(encoding="utf-8"))
    given = {
        function.name: [
            ast.unparse(node.value.elt).partition("(")[0]
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.ListComp)
        ]
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in ("doing", "telling")
    }
    assert given == {"doing": ["keep"], "telling": ["keep"]}
