"""Keeps the parts of a program at work: none dies in silence, whatever is raised in it.

A part is a thread, a task or a duty, by its name. What fails in it is told (`Parts.failing`, for
`/healthz`, the alarms and the figures), and the part begins again, after a while that grows. When
it fails for good, or never comes back from what it does, the service manager is no longer told that
all is well, and starts the program anew.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from gate_agent.contract.moment import NS_PER_S
from gate_agent.host.clock import Clock

FIRST_S, LONGEST_S = 1.0, 30.0  # until it begins again
STANDS_S = 60.0  # a fault is told for so long after its last time: longer than it takes to return
STUCK_S = 300.0  # failing for so long on end, or over one piece of work
_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    cause: str  # the error's class: its text may hold anything
    since_ns: int
    last_ns: int
    times: int  # on end

    @property
    def wait_s(self) -> float:
        """How long the part waits before it begins again."""
        return float(min(LONGEST_S, FIRST_S * 2 ** min(self.times - 1, 10)))


class Parts:
    """The parts of one program, asked and told from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._counts: dict[str, int] = {}
        self._faults: dict[str, _Fault] = {}
        self._under_way: dict[str, tuple[int, float]] = {}  # since when, and what is too long
        self._turns: dict[str, tuple[int, float]] = {}  # when the last was, how soon the next is

    def expect(self, *names: str) -> None:
        """Know these parts, and that none has failed yet."""
        with self._guard:
            self._counts = dict.fromkeys(names, 0) | self._counts

    def failed(self, name: str, exc: BaseException) -> float:
        """Tell what was raised in a part; return how long to wait before it begins again."""
        cause, now_ns = type(exc).__name__, self._now_ns()
        with self._guard:
            self._forget(now_ns)
            before = self._faults.get(name)
            first = before or _Fault(cause="", since_ns=now_ns, last_ns=now_ns, times=0)
            fault = replace(first, cause=cause, last_ns=now_ns, times=first.times + 1)
            self._faults[name] = fault
            self._counts[name] = self._counts.get(name, 0) + 1
            if name in self._turns:  # it begins again: that it failed is told by itself
                self._turns[name] = now_ns, self._turns[name][1]
        if first.cause != cause:
            _LOG.error("%s failed, begins again: %s%s", name, cause, _place(exc))
        return fault.wait_s

    def may_begin(self, name: str) -> bool:
        """Whether a part that failed has waited long enough to begin again."""
        with self._guard:
            fault = self._faults.get(name)
        return fault is None or self._now_ns() >= fault.last_ns + fault.wait_s * NS_PER_S

    def well(self, name: str) -> None:
        """Tell that a part did what it failed at, so that nothing is wrong any more."""
        with self._guard:
            self._faults.pop(name, None)

    @contextmanager
    def at_work(self, name: str, within_s: float = STUCK_S) -> Iterator[None]:
        """Say that a part is over one piece of work, which must come to an end."""
        with self._guard:
            self._under_way[name] = self._now_ns(), within_s
        try:
            yield
        finally:
            with self._guard:
                self._under_way.pop(name, None)

    def turned(self, name: str, within_s: float = STUCK_S) -> None:
        """Tell that a loop made a turn, and is to make the next within so long."""
        now_ns = self._now_ns()
        with self._guard:
            self._turns[name] = now_ns, within_s

    @property
    def watched(self) -> frozenset[str]:
        """The loops that made a turn, and are to make another."""
        with self._guard:
            return frozenset(self._turns)

    @property
    def failing(self) -> Mapping[str, str]:
        """Which parts fail now, and how."""
        now_ns = self._now_ns()
        with self._guard:
            self._forget(now_ns)
            hang = [
                name
                for name, (at_ns, within_s) in self._under_way.items()
                if now_ns - at_ns > within_s * NS_PER_S
            ]
            stand = self._standing(now_ns)
            causes = {name: it.cause for name, it in self._faults.items()}
        still = dict.fromkeys(stand, "makes no progress")
        return still | causes | dict.fromkeys(hang, "does not come back")

    @property
    def told(self) -> str:
        """Which parts fail now, in words; empty when none does."""
        return ", ".join(f"{name}: {cause}" for name, cause in sorted(self.failing.items()))

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each part failed."""
        with self._guard:
            return dict(self._counts)

    @property
    def is_stuck(self) -> bool:
        """Whether only another start can help."""
        now_ns = self._now_ns()
        stuck_ns = now_ns - round(STUCK_S * NS_PER_S)
        with self._guard:
            self._forget(now_ns)
            if self._standing(now_ns):
                return True
            since = [fault.since_ns for fault in self._faults.values()]
            return any(at_ns < stuck_ns for at_ns in since) or any(
                at_ns < stuck_ns for at_ns, _ in self._under_way.values()
            )

    def _standing(self, now_ns: int) -> list[str]:
        """Return the loops whose next turn is overdue."""
        return [
            name
            for name, (at_ns, within_s) in self._turns.items()
            if now_ns - at_ns > within_s * NS_PER_S
        ]

    def _forget(self, now_ns: int) -> None:
        over_ns = now_ns - round(STANDS_S * NS_PER_S)
        self._faults = {name: it for name, it in self._faults.items() if it.last_ns > over_ns}

    def _now_ns(self) -> int:
        return self._clock.now().boot_ns


def unwatched() -> None:
    """Nobody asks whether this loop makes its turns."""


async def apart(work: Callable[[], _T]) -> _T:
    """Return what `work` does in a thread of its own, which nobody waits for at the end.

    For what may hang as long as it likes, as a name server does: `asyncio.to_thread` would keep
    the program from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, exc: Exception | None) -> None:
        if answer.done():
            return
        if exc is None:
            answer.set_result(result)  # type: ignore[arg-type]
        else:
            answer.set_exception(exc)

    def run() -> None:
        result: _T | None = None
        fault: Exception | None = None
        try:
            result = work()
        except Exception as exc:  # noqa: BLE001 it is raised where it is waited for
            fault = exc
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, fault)

    threading.Thread(target=run, name="apart", daemon=True).start()
    return await answer


class KeptThread:
    """A thread that begins again when something is raised in it, until `stopping`."""

    def __init__(
        self, name: str, work: Callable[[], object], parts: Parts, stopping: threading.Event
    ) -> None:
        self._name = name
        self._work = work
        self._parts = parts
        self._stopping = stopping
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        parts.expect(name)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    @property
    def is_alive(self) -> bool:
        """Whether it works, or waits to begin again."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                self._work()
            except Exception as exc:  # noqa: BLE001 whatever it is, it is told
                wait_s = self._parts.failed(self._name, exc)
            else:
                return
            if self._stopping.wait(wait_s):
                return


def tell_what_is_raised(loop: asyncio.AbstractEventLoop, parts: Parts) -> None:
    """Tell what is raised in a callback of the loop, as of a part named `loop`."""
    parts.expect("loop")

    def tell(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        parts.failed("loop", context.get("exception") or RuntimeError(context["message"]))

    loop.set_exception_handler(tell)


async def keep(name: str, work: Callable[[], Awaitable[None]], parts: Parts) -> None:
    """Work as a task that begins again when something is raised in it, until it is cancelled."""
    parts.expect(name)
    while True:
        try:
            await work()
        except Exception as exc:  # noqa: BLE001 whatever it is, it is told
            wait_s = parts.failed(name, exc)
        else:
            return
        await asyncio.sleep(wait_s)


def _place(exc: BaseException) -> str:
    """Return where something was raised, and nothing of what it says."""
    frames = traceback.extract_tb(exc.__traceback__)
    return f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
