"""Who was admitted at the other door just now (另一入口刚到), as the collector tells."""

from __future__ import annotations

import logging
from collections import OrderedDict

from gate_agent.clock import Clock
from gate_agent.messages import ContractError, parse_seen
from gate_agent.moment import NS_PER_S

_MOST = 10_000  # people; the oldest go: this only helps a guard, nothing is decided on it

_LOG = logging.getLogger(__name__)


class Elsewhere:
    """What one door knows of the others; nothing while the network is away."""

    def __init__(self, gate: str, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._heard_ns: OrderedDict[str, int] = OrderedDict()

    def hear(self, payload: bytes) -> None:
        """Take what the collector says; of this door itself, the journal knows more."""
        try:
            seen = parse_seen(payload)
        except ContractError as exc:
            _LOG.warning("expected who was seen, got: %s", exc)
            return
        if seen.gate == self._gate:
            return
        self._heard_ns[seen.person_ref] = self._clock.now().boot_ns
        self._heard_ns.move_to_end(seen.person_ref)
        if len(self._heard_ns) > _MOST:
            self._heard_ns.popitem(last=False)

    def was_seen(self, person_ref: str, within_s: float) -> bool:
        """Whether another door admitted this person within so many seconds."""
        heard_ns = self._heard_ns.get(person_ref)
        now_ns = self._clock.now().boot_ns
        return heard_ns is not None and now_ns - heard_ns <= within_s * NS_PER_S
