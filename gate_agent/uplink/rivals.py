"""Two boards with one door's name: each throws the other off the broker, which helps nobody.

Not every broker says why it ends a connection (mosquitto 2.0.11 does not). But it keeps what was
said last in our name: of another journal, it is of somebody who was here between our connections.
"""

from __future__ import annotations

import secrets
from contextlib import suppress

from gate_agent.contract.messages import parse_state
from gate_agent.contract.moment import NS_PER_S
from gate_agent.errors import ContractError

_TWICE_WITHIN_S = 120.0  # once may be our own connection from before, that nobody had closed
_FIRST_S, _LONGEST_S = 2.0, 30.0
_THERE_S = 300.0  # how long after the last time it is told


class Rivals:
    """Remembers how often a connection was taken over, and how long to wait because of it."""

    def __init__(self) -> None:
        self._taken_ns: list[int] = []
        self._wait_s = _FIRST_S
        self._was_connected = self._was_here = False

    def hear(self, state: bytes, epoch: str) -> None:
        """Take the state that the broker kept as ours; our journal is of this `epoch`."""
        with suppress(ContractError):
            said = parse_state(state).value.epoch
            self._was_here = self._was_connected and said != epoch

    def is_there(self, now_ns: int) -> bool:
        """Whether another board uses this door's name."""
        self._taken_ns = [at for at in self._taken_ns if now_ns - at < _THERE_S * NS_PER_S]
        newest = self._taken_ns[-2:]
        return len(newest) > 1 and newest[1] - newest[0] < _TWICE_WITHIN_S * NS_PER_S

    def next_s(self, wait_s: float, *, was_taken: bool, now_ns: int) -> float:
        """Return how long to wait before the next try: long, and not in step, beside a rival."""
        was_taken = was_taken or self._was_here
        self._was_connected, self._was_here = True, False
        if was_taken:
            self._taken_ns.append(now_ns)
        if not was_taken or not self.is_there(now_ns):
            self._wait_s = _FIRST_S
            return wait_s
        self._wait_s = min(2 * self._wait_s, _LONGEST_S)
        return self._wait_s * (0.5 + secrets.randbelow(1000) / 1000)
