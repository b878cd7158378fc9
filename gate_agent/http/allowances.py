"""Allowances that fill again with time (额度): so much at once, so much a day; bounded."""

from __future__ import annotations

from typing import Generic, TypeVar

from gate_agent.contract.moment import NS_PER_S

_K = TypeVar("_K", int, str)


class Allowances(Generic[_K]):
    """One allowance for each key, whole at first. In any 24 hours: `at_once` and `a_day`."""

    def __init__(self, *, at_once: int, a_day: int, most: int) -> None:
        """Take how many keys are kept at `most`; beyond, the one spent longest ago is whole."""
        self._step_ns = 24 * 3600 * NS_PER_S // a_day
        self._slack_ns = (at_once - 1) * self._step_ns
        self._most = most
        self._full_at: dict[_K, int] = {}  # key → when all of it is there again (ns)

    def wait_ns(self, key: _K, now: int) -> int:
        """Return how long it is until there is one more; nothing or less where there is one."""
        return self._full_at.get(key, now) - now - self._slack_ns

    def spend(self, key: _K, now: int) -> None:
        """Take one."""
        full_at = max(self._full_at.pop(key, now), now)
        self._full_at[key] = full_at + self._step_ns
        if len(self._full_at) > self._most:
            del self._full_at[next(iter(self._full_at))]

    def give_back(self, key: _K) -> None:
        """Undo one `spend`."""
        if key in self._full_at:
            self._full_at[key] -= self._step_ns
