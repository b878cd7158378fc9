"""What one door hears of the others: who was admitted there just now, and their thermometers.

Nothing of it is needed here: a door whose network is away hears nothing, and works on.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import timedelta

from gate_agent.contract.messages import PersonSeen, gate_of_topic, parse_seen, parse_state
from gate_agent.contract.moment import NS_PER_S, ClockQuality, format_utc
from gate_agent.contract.thermometer import ThermometerState
from gate_agent.errors import ContractError
from gate_agent.host.clock import Clock

_MOST_DOORS, TOLD_FOR_S = 64, 60  # a door that lives says so every ten seconds
_OLD = timedelta(hours=1)  # of what is told as just now
_MOST = 10_000  # people; the oldest go: this only helps a guard, nothing is decided on it

_LOG = logging.getLogger(__name__)


class OtherDoors:
    """What one door knows of the others; nothing while the network is away."""

    def __init__(self, gate: str, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._heard: OrderedDict[str, tuple[int, PersonSeen]] = OrderedDict()  # when, and what
        self._doors: dict[str, tuple[int, ThermometerState]] = {}

    def hear(self, payload: bytes) -> None:
        """Take what the collector says; of this door itself, the journal knows more."""
        try:
            seen = parse_seen(payload)
        except ContractError as exc:
            _LOG.warning("expected who was seen, got: %s", exc)
            return
        if seen.gate == self._gate or self._was_told(seen):
            return
        self._heard[seen.person_ref] = self._clock.now().boot_ns, seen
        self._heard.move_to_end(seen.person_ref)
        if len(self._heard) > _MOST:
            self._heard.popitem(last=False)

    def _was_told(self, seen: PersonSeen) -> bool:
        """Whether it is nothing new: a broker may keep it, and bring it whenever it likes."""
        known = self._heard.get(seen.person_ref)
        newest = "" if known is None else known[1].time
        is_dated = self._clock.quality() is ClockQuality.SYNCED
        oldest = format_utc(self._clock.now().utc - _OLD) if is_dated else ""
        return seen.time <= max(newest, oldest)

    def was_seen(self, person_ref: str, within_s: float) -> bool:
        """Whether another door admitted this person within so many seconds."""
        heard = self._heard.get(person_ref)
        now_ns = self._clock.now().boot_ns
        return heard is not None and now_ns - heard[0] <= within_s * NS_PER_S

    def let_in(self, within_s: float) -> list[PersonSeen]:
        """Return whom other doors let in within so many seconds, the newest first."""
        since_ns = self._clock.now().boot_ns - round(within_s * NS_PER_S)
        return [seen for ns, seen in reversed(self._heard.values()) if ns >= since_ns]

    def hear_door(self, topic: str, payload: bytes) -> tuple[str, bool] | None:
        """Take what another door says of itself; return whether it is there."""
        try:
            gate, state = gate_of_topic(topic), parse_state(payload).value
        except ContractError as exc:
            _LOG.warning("expected another door's state, got: %s", exc)
            return None
        is_there = gate, state.state == "online"
        known = self._doors.pop(gate, None) is not None
        if gate == self._gate or state.state != "online" or state.thermometer is None:
            return is_there
        if known or len(self._doors) < _MOST_DOORS:
            self._doors[gate] = self._clock.now().boot_ns, state.thermometer
        return is_there

    def thermometers(self) -> dict[str, ThermometerState]:
        """Return how the other doors' thermometers are, of those that told it of late."""
        since_ns = self._clock.now().boot_ns - TOLD_FOR_S * NS_PER_S
        return {gate: state for gate, (ns, state) in self._doors.items() if ns >= since_ns}
