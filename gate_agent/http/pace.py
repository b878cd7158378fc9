"""How often one may ask for what is open to everybody."""

from __future__ import annotations

from gate_agent.contract.moment import NS_PER_S
from gate_agent.host.clock import Clock
from gate_agent.http.allowances import Allowances
from gate_agent.http.networks import network_of
from gate_agent.http.tries import Wait

_MOST_SOURCES = 4096


class SourcePace:
    """So many at once, then so many a minute, for each source; bounded, in memory."""

    def __init__(self, clock: Clock, *, at_once: int, a_minute: int) -> None:
        self._clock = clock
        a_day = a_minute * 24 * 60
        self._asked = Allowances[str](at_once=at_once, a_day=a_day, most=_MOST_SOURCES)

    def take(self, source: str) -> None:
        """Count one request. Raises Wait when this source's network asks too often."""
        network, now = network_of(source), self._clock.now().boot_ns
        if (wait_ns := self._asked.wait_ns(network, now)) > 0:
            raise Wait(wait_ns / NS_PER_S)
        self._asked.spend(network, now)
