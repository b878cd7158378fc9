"""Does what becomes due at the centre by itself: every few seconds, one duty after the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError

from gate_agent.errors import GateError

_LOG = logging.getLogger(__name__)
Duty = Callable[[], object]


class Schedule:
    """One thread; a duty that fails is told once, and tried again at the next round."""

    def __init__(self, duties: Mapping[str, Duty], *, every_s: float) -> None:
        self._duties = duties
        self._every_s = every_s
        self._closing = threading.Event()
        self._failed: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="clerk", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def failing(self) -> Mapping[str, str]:
        """The duties that failed at the last round, and how."""
        return dict(self._failed)

    def close(self) -> None:
        """End after the duty under way."""
        self._closing.set()
        self._thread.join(10)

    def round(self) -> None:
        """Do every duty once."""
        for name, duty in self._duties.items():
            try:
                duty()
            except (SQLAlchemyError, GateError) as exc:
                told = f"{type(exc).__name__}"
                if self._failed.get(name) != told:
                    _LOG.error("%s failed, tried again: %s", name, told)
                self._failed[name] = told
            else:
                self._failed.pop(name, None)

    def _run(self) -> None:
        while not self._closing.is_set():
            self.round()
            self._closing.wait(self._every_s)
