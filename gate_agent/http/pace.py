"""How often one may ask for what is open to everybody."""

from __future__ import annotations

from collections import OrderedDict

from gate_agent.contract.moment import NS_PER_S
from gate_agent.host.clock import Clock
from gate_agent.http.networks import network_of
from gate_agent.http.tries import Wait

_MOST_SOURCES = 4096


class SourcePace:
    """So many at once, then so many a minute, for each source; bounded, in memory."""

    def __init__(self, clock: Clock, *, at_once: int, a_minute: int) -> None:
        self._clock = clock
        self._step_ns = 60 * NS_PER_S // a_minute
        self._slack_ns = (at_once - 1) * self._step_ns
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def take(self, source: str) -> None:
        """Count one request. Raises Wait when this source's network asks too often."""
        source = network_of(source)
        now = self._clock.now().boot_ns
        full_at = max(self._full_at.get(source, now), now)
        if full_at - now > self._slack_ns:
            raise Wait((full_at - now - self._slack_ns) / NS_PER_S)
        self._full_at[source] = full_at + self._step_ns
        self._full_at.move_to_end(source)
        if len(self._full_at) > _MOST_SOURCES:
            self._full_at.popitem(last=False)
