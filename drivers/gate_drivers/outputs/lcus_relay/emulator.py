"""An LCUS relay from the wire's side."""

from __future__ import annotations

from collections.abc import Sequence

from gate_agent.driver_api import AnsweringEmulator
from gate_drivers.outputs.lcus_relay.codec import QUERY, PutDecoder, encode_states

_LATE_S = 0.7


class LcusRelayEmulator(AnsweringEmulator):
    """Holds its contacts; `stuck` lets one order go unheard."""

    def __init__(self, *, contacts: int) -> None:
        super().__init__("stuck", near_miss=b"CH", late_s=_LATE_S)
        self._contacts = contacts
        self._puts = PutDecoder()
        self._closed: set[int] = set()

    @property
    def closed(self) -> frozenset[int]:
        """The contacts that are closed now."""
        return frozenset(self._closed)

    def answers(self, data: bytes) -> Sequence[bytes]:
        """Take what is put, and answer a query."""
        for contact, is_closed in self._puts.feed(data.replace(QUERY, b"")):
            if self.take_fault("stuck"):
                continue
            (self._closed.add if is_closed else self._closed.discard)(contact)
        return [encode_states(self.closed, self._contacts)] * data.count(QUERY)
