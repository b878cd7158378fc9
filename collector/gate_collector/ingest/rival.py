"""Another collector with our name at the broker (中心平台重名): each throws the other off.

Few brokers say why they end a connection (mosquitto 2.0.11 does not). But each collector leaves
word there of which process it is: of another one, it is of somebody between our connections.
"""

from __future__ import annotations

import os
import secrets
import socket

from gate_agent.contract.messages import CollectorPresence, parse_presence
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.errors import ContractError

TAKEN_OVER = 0x8E  # Session taken over (MQTT 5)
_AGAIN_S = 1.0  # until the next try to connect
_FIRST_S, _LONGEST_S = 2.0, 30.0
_LONGEST_HOST = 64


class Rival:
    """Which process we are, whom we met in our own name, and how long to wait because of it."""

    def __init__(self, began: Moment) -> None:
        self.ours = CollectorPresence(
            id=secrets.token_hex(16),
            process=os.getpid(),
            host=socket.gethostname()[:_LONGEST_HOST],
            since=format_utc(began.utc),
        )
        self._was_connected = self._was_there = False
        self._wait_s = _FIRST_S

    def hear(self, payload: bytes) -> str:
        """Take who was here last; return in words who it was where that is a rival."""
        try:
            said = parse_presence(payload)
        except ContractError:
            return ""
        if said.id == self.ours.id:
            self._was_connected = True
            return ""
        if not self._was_connected:
            return ""  # who was here before us may be gone
        self._was_there = True
        return f"process {said.process} on {said.host}, since {said.since}"

    def end(self, reason: int) -> str:
        """Take why the broker ended the connection, if it says so; return likewise."""
        if reason != TAKEN_OVER or self._was_there:
            return ""
        self._was_there = True
        return "a process that left no word"

    def next_s(self) -> float:
        """Return how long to wait before the next try: long, and not in step, beside a rival."""
        was_there, self._was_there = self._was_there, False
        if not was_there:
            self._wait_s = _FIRST_S
            return _AGAIN_S
        wait_s = self._wait_s * (0.5 + secrets.randbelow(1000) / 1000)
        self._wait_s = min(2 * self._wait_s, _LONGEST_S)
        return wait_s
