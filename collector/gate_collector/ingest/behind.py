"""What may wait: long messages, one under way at a time, none before an urgent one."""

from __future__ import annotations

import threading
from collections import OrderedDict


class Behind:
    """The newest of each topic, the first of them first. Safe to use from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, bytes] = OrderedDict()

    def put(self, topic: str, payload: bytes) -> None:
        """Let a message wait, in the place of an older one of its topic."""
        with self._changed:
            self._waiting.pop(topic, None)
            self._waiting[topic] = payload
            self._changed.notify()

    def take(self, within_s: float) -> tuple[str, bytes] | None:
        """Return what has waited longest; None when nothing comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, within_s)
            return self._waiting.popitem(last=False) if self._waiting else None

    def clear(self) -> None:
        """Forget what waits."""
        with self._changed:
            self._waiting.clear()
