"""A driver behind a guard: whatever goes wrong in it is one lost device, never a dead door.

A driver may be somebody else's program. Its construction, its frames, its counters, what it
reports and how it ends are asked through here alone: all that comes out is what the driver API
says, or a DeviceError that names the driver and the line of it, and none of its data.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar, cast, get_args

from gate_agent.driver_api import Driver, Model, Options, OutputDriver, Report, Transport
from gate_agent.errors import DeviceError

_ENDS_WITHIN_S = 1.0
_LONGEST_NAME = 200
_REPORTS = get_args(Report)
_T = TypeVar("_T")


class DriverFailedError(DeviceError):
    """The driver itself failed: a slip in its program, none of the device's doing."""


class GuardedDriver:
    """One driver on one open line. Everything of it raises DeviceErrors only."""

    def __init__(self, model: Model, transport: Transport, options: Options) -> None:
        self._name = model.name
        with self._guard():
            self.inner: Driver = model.new_driver(transport, options)

    async def identify(self) -> str:
        """Return how the device names itself, on one line."""
        with self._guard():
            name = " ".join(_of_type(str, await self.inner.identify()).split())
            return name[:_LONGEST_NAME]

    async def reports(self) -> AsyncGenerator[Report, None]:
        """Yield what it reports; what is no report is a failure of the driver."""
        with self._guard():
            stream = self.inner.reports()
        try:
            while True:
                with self._guard():
                    try:
                        report = await anext(stream)
                    except StopAsyncIteration:
                        raise DeviceError("expected the driver to go on, it ended") from None
                    _of_type(_REPORTS, report)
                yield report
        finally:
            with suppress(DeviceError, TimeoutError), self._guard():
                async with asyncio.timeout(_ENDS_WITHIN_S):
                    await stream.aclose()

    @property
    def frames(self) -> int:
        """How many sound frames came so far."""
        with self._guard():
            return _of_type(int, self.inner.frames)

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong on the line so far, by cause."""
        with self._guard():
            counters = dict(self.inner.counters)
            for cause, count in counters.items():
                _of_type(str, cause), _of_type(int, count)
            return counters

    def want(self, closed: frozenset[int]) -> None:
        """Say which contacts are to be closed, where it is a driver of contacts."""
        with self._guard():
            cast("OutputDriver", self.inner).want(closed)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except DeviceError:
            if _is_cancelled():  # the driver took our cancellation for its own
                raise asyncio.CancelledError from None
            raise
        except GeneratorExit:
            raise
        except (Exception, asyncio.CancelledError, SystemExit) as exc:  # noqa: BLE001 of others
            if _is_cancelled():
                raise asyncio.CancelledError from None
            raise _failed(self._name, _failure(exc)) from None


def cancelled_itself(name: str) -> DriverFailedError:
    """Return the fault of a driver whose task ended as cancelled, though nobody cancelled it.

    A task group of the driver's own leaves that behind when it fails (Python 3.11).
    """
    return _failed(name, "it cancelled its own task")


def _failed(name: str, how: str) -> DriverFailedError:
    return DriverFailedError(f"expected the driver {name} to work, it failed: {how}")


def _of_type(kind: type[_T] | tuple[type[_T], ...], value: object) -> _T:
    if not isinstance(value, kind):
        names = [one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,))]
        raise TypeError(f"expected {' or '.join(names)}, got {type(value).__name__}")
    return value


def _failure(exc: BaseException) -> str:
    """Return what happened and where; its text may be personal and is left out."""
    where = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{type(exc).__name__} at {Path(where.filename).name}:{where.lineno}"


def _is_cancelled() -> bool:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0
