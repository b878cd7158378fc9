"""One hall that a bureau's process carries: begun, ended, and begun again apart from the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from starlette.types import ASGIApp

from gate_agent.errors import GateError
from gate_agent.host.supervision import KeptThread, Parts
from gate_collector.bureau.validation import SiteFile
from gate_collector.centre import Centre
from gate_collector.policies.book import PolicyBook
from gate_collector.running import RunningCentre
from gate_collector.store.place import PlaceTaken

_LOOK_S = 1.0
_ENDS_WITHIN_S = 30.0
_STARTING = "starting"
_T = TypeVar("_T")
_OPENING = threading.Lock()  # what brings a store up to this version is made for one at a time


class HallAway(GateError):  # noqa: N818 it is an answer
    """The hall does not run now; the text says why."""


class HallStuck(GateError):  # noqa: N818 it is an answer
    """A part of a hall fails for good, or its writer is gone: it is ended and begun again."""


class CarriedHall:
    """Keeps one hall running in a thread of its own; whatever ends it ends nothing else."""

    def __init__(self, file: SiteFile, parts: Parts) -> None:
        """`parts` are the halls of the process, each of which may fail for itself."""
        self.file = file
        self._parts = parts
        self._closing = threading.Event()
        self._up: tuple[RunningCentre, ASGIApp] | None = None
        self._cause = _STARTING
        self._thread = KeptThread(self.site, self._keep, parts, self._closing)

    @property
    def site(self) -> str:
        """Its id."""
        return self.file.site

    @property
    def name(self) -> str:
        """What people call it."""
        return self.file.config.collector.name

    @property
    def url(self) -> str:
        """Where people reach it."""
        return (self.file.config.web.base_url or "").rstrip("/")

    @property
    def doors(self) -> tuple[str, ...]:
        """Its doors, where its file names them."""
        return self.file.config.collector.doors

    @property
    def is_up(self) -> bool:
        """Whether it runs."""
        return self._up is not None

    @property
    def app(self) -> ASGIApp | None:
        """Its pages; None while it does not run."""
        up = self._up
        return None if up is None else up[1]

    @property
    def failing(self) -> str:
        """Why it does not run, or which part of it fails; empty when all is well."""
        up = self._up
        return self._cause if up is None else up[0].failing

    def asked(self, ask: Callable[[Centre, PolicyBook], _T]) -> _T:
        """Return what is asked of its centre and its book. Raises HallAway."""
        up = self._up
        if up is None:
            raise HallAway(f"expected {self.site} to run, got: {self._cause}")
        return ask(up[0].centre, up[0].book)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Ask it to end; `join` waits for it."""
        self._closing.set()

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join(_ENDS_WITHIN_S)

    def _keep(self) -> None:
        """Run it until it is asked to end. Raises whatever ended it before."""
        lost: list[PlaceTaken] = []
        try:
            with _OPENING:
                centre = RunningCentre(self.file.config, self.file.path, told_as=self.site)
            with centre.running(lost.append) as app:
                self._up = centre, app
                self._parts.well(self.site)
                try:
                    self._stay(centre, lost)
                finally:
                    self._up = None
        except Exception as exc:
            self._cause = type(exc).__name__ if not isinstance(exc, GateError) else str(exc)
            raise

    def _stay(self, centre: RunningCentre, lost: list[PlaceTaken]) -> None:
        while not self._closing.wait(_LOOK_S):
            if lost:
                raise lost[0]
            if not centre.is_alive:
                raise HallStuck(f"expected every part to work, got {centre.failing or 'no writer'}")
        self._cause = "ended"
