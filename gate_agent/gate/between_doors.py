"""This door's line to the others (两门互通): tells them what stands here, hears what stands there.

What was heard last is kept beside the journal, so that a restart during an outage forgets nobody.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from gate_agent.config.model import GateSection
from gate_agent.contract.door_told import DoorTold, FreedTold, parse_told
from gate_agent.contract.json_text import read_json
from gate_agent.contract.messages import gate_of_topic
from gate_agent.domain.between_doors import told_of
from gate_agent.domain.door import OtherDoorHeard
from gate_agent.domain.state import DoorState
from gate_agent.errors import ContractError
from gate_agent.gate.engine import Gate, Stage
from gate_agent.gate.other_doors import TOLD_FOR_S
from gate_agent.host.clock import Clock
from gate_agent.host.files import write_whole
from gate_agent.host.trouble import Trouble

_MOST_DOORS = 64
_LOG = logging.getLogger(__name__)


class BetweenDoors:
    """What this door tells the others, and hears of them. Everything in the event loop."""

    def __init__(
        self,
        gate: Gate,
        section: GateSection,
        clock: Clock,
        *,
        kept: Path,
        publish: Callable[[bytes], None],
    ) -> None:
        self._gate = gate
        self._section = section
        self._clock = clock
        self._kept = kept
        self._publish = publish
        self._live: dict[str, int] = {}  # until when, unless it says again that it is there
        self._heard: dict[str, str] = {}
        self._trouble = Trouble(_LOG, "what the other doors told is kept again")
        told_before = _read(kept)
        self._freed = self._freed_before(told_before)
        for payload in told_before:
            self._take_kept(payload)
        self._newest = gate.door
        self._told = self._whole(gate.door)

    def begin(self) -> None:
        """Tell the others how this door starts, and from now on what changes."""
        self._publish(self._told.encode())
        self._gate.tell_others(self._tell)

    # --- what this door tells -----------------------------------------------------------------

    def _tell(self, door: DoorState, stage: Stage) -> None:
        """Tell what restricts at once; what permits, once it is on the disk."""
        if stage == "durable":
            telling = self._whole(door)
        else:
            before, self._newest = self._newest, door
            if door.holds is before.holds:
                return
            telling = self._told
        if self._newest is not door or stage == "made":
            known = {hold.hold_id for hold in telling.holds}
            newest = self._whole(self._newest).holds
            more = tuple(hold for hold in newest if hold.hold_id not in known)
            telling = telling.model_copy(update={"holds": (*telling.holds, *more)})
        if telling.model_copy(update={"time": self._told.time}) != self._told:
            freed, self._told = self._told.freed, telling
            self._publish(telling.encode())
            if freed != telling.freed:
                self._keep()

    def _whole(self, door: DoorState) -> DoorTold:
        return told_of(
            door,
            door.cleared,
            gate=self._section.id,
            name=self._section.name,
            at=self._clock.now(),
        )

    # --- what it hears ------------------------------------------------------------------------

    def hear(self, topic: str, payload: bytes) -> None:
        """Take what another door tells, from itself: its topic is its own."""
        try:
            if not payload or gate_of_topic(topic) == self._section.id:
                return
            fault = self._take(text := payload.decode(), gate=gate_of_topic(topic))
        except (ContractError, UnicodeDecodeError) as exc:
            _LOG.warning("expected what another door tells, got: %s", exc)
            return
        if fault in self._heard or len(self._heard) < _MOST_DOORS:
            self._heard[fault] = text
            self._keep()

    def lives(self, gate: str, *, is_live: bool) -> None:
        """Another door says that it is there, or the broker that it is not."""
        if gate == self._section.id:
            return
        was_live = self._live.pop(gate, None) is not None
        if is_live and (was_live or len(self._live) < _MOST_DOORS):
            self._live[gate] = self._clock.now().plus_s(TOLD_FOR_S)
        if was_live is (gate in self._live):
            return
        self._gate.take(OtherDoorHeard(at=self._clock.now(), gate=gate, told=None, is_live=is_live))

    def look(self) -> None:
        """Count on no door that is silent: a broker need not say that its connection ended."""
        now_ns = self._clock.now().boot_ns
        for gate in [gate for gate, until_ns in self._live.items() if until_ns < now_ns]:
            self.lives(gate, is_live=False)

    def alone(self) -> None:
        """The broker is away: nobody can be called, and what was told last still counts."""
        for gate in tuple(self._live):
            self.lives(gate, is_live=False)

    def _take(self, payload: str, *, gate: str | None = None) -> str:
        parsed = parse_told(payload.encode())
        heard = parsed.value
        if gate is not None and heard.gate != gate:
            raise ContractError(f"expected what {gate} tells, got what {heard.gate} would")
        if parsed.unread:
            _LOG.warning("of door %s, not read: %s", heard.gate, ", ".join(parsed.unread))
        mine = self._section.id
        self._gate.take(
            OtherDoorHeard(
                at=self._clock.now(),
                gate=heard.gate,
                told=heard,
                is_live=heard.gate in self._live,
                answered=tuple(one.hold_id for one in heard.answers if one.gate == mine),
                freed_ours=tuple(one.hold_id for one in heard.freed if one.gate == mine),
                freed=tuple(one.hold_id for one in self._freed if one.gate == heard.gate),
            )
        )
        return heard.gate

    def _freed_before(self, payloads: Sequence[str]) -> tuple[FreedTold, ...]:
        """Return which holds of the others this door let go: its own word is kept with theirs."""
        for payload in payloads:
            with suppress(ContractError):
                own = parse_told(payload.encode()).value
                if own.gate == self._section.id:
                    return own.freed
        return ()

    def _take_kept(self, payload: str) -> None:
        try:
            if parse_told(payload.encode()).value.gate == self._section.id:
                return
            self._heard[self._take(payload)] = payload
        except ContractError as exc:
            _LOG.warning("what another door told before the start cannot be read: %s", exc)

    def _keep(self) -> None:
        """Keep what was heard; a disk that takes nothing costs only what a restart would know."""
        try:
            all_told = [*self._heard.values(), self._told.encode().decode()]
            write_whole(self._kept, json.dumps(all_told).encode(), synced=False)
        except OSError as exc:
            self._trouble.met("what the other doors told cannot be kept: %s", exc)
        else:
            self._trouble.well()


def _read(kept: Path) -> list[str]:
    """Return what was kept; a file that cannot be read is as none: the doors tell it again."""
    try:
        tree = read_json(kept.read_bytes())
    except (OSError, ContractError):
        return []
    return [one for one in tree if isinstance(one, str)] if isinstance(tree, list) else []
