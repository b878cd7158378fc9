"""How much may be under way, so that no queue builds up in front of an urgent event. Pure.

What waits in the sockets of a slow line cannot be overtaken. So the bytes under way grow only
while acknowledgements come back about as quickly as the quickest did, and shrink as soon as they
take longer: the idea of LEDBAT (RFC 6817), on PUBACKs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gate_agent.contract.moment import NS_PER_S

LEAST_BYTES = 1024  # an eighth of a second at 64 kbit/s
MOST_BYTES = 1024 * 1024
_FIRST_BYTES = 4 * LEAST_BYTES
_FOR_URGENT = 2
_QUEUED_NS = NS_PER_S // 5  # what our own bytes may add to the way


@dataclass(slots=True)
class Flow:
    """What is under way on one connection, by message id; `most` as the broker takes at once."""

    most: int
    limit: int = _FIRST_BYTES
    _sent: dict[int, tuple[int, int]] = field(default_factory=dict)  # bytes, when
    _bytes: int = 0
    _quickest_ns: int = 2**63
    _cut_ns: int = 0  # what was sent before says nothing about the newest limit

    @property
    def under_way(self) -> int:
        """How many were published and are not acknowledged by the broker."""
        return len(self._sent)

    @property
    def has_room(self) -> bool:
        """Whether another routine event may go; some places are kept free for urgent ones."""
        return len(self._sent) < max(1, self.most - _FOR_URGENT) and self._bytes < self.limit

    @property
    def has_urgent_room(self) -> bool:
        """Whether another urgent event may go, however many bytes are under way."""
        return len(self._sent) < self.most

    def sent(self, name: int, size: int, now_ns: int) -> None:
        """Note that a message was published."""
        self._sent[name] = size, now_ns
        self._bytes += size

    def acknowledged(self, name: int, now_ns: int) -> None:
        """Note that the broker has acknowledged a message."""
        size, sent_ns = self._sent.pop(name, (0, now_ns))
        if not size:
            return
        full = self._bytes >= self.limit - size
        self._bytes -= size
        took_ns = now_ns - sent_ns
        self._quickest_ns = min(self._quickest_ns, took_ns)
        allowed_ns = self._quickest_ns + _QUEUED_NS
        if took_ns <= allowed_ns:
            if full:  # a limit that was not used proves nothing
                more = size if not self._cut_ns else max(1, size * size // self.limit)
                self.limit = min(self.limit + more, MOST_BYTES)
        elif sent_ns >= self._cut_ns:
            self.limit = max(LEAST_BYTES, self.limit * allowed_ns // took_ns)
            self._cut_ns = now_ns

    def waits_ns(self, now_ns: int) -> int:
        """Return how long the oldest has waited for its acknowledgement."""
        oldest = next(iter(self._sent.values()), None)
        return 0 if oldest is None else now_ns - oldest[1]
