"""How far a gate's chain is whole, whatever the order its events come in. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from gate_agent.contract.messages import LINK_0

Ranges = tuple[tuple[int, int], ...]
MOST_RANGES = 200  # told in one receipt; the rest follows as these are filled


@dataclass(slots=True)
class Stream:
    """One (gate, epoch). `beyond` holds (prevlink, link) of events after a gap."""

    gate: str
    epoch: str
    upto: int = 0
    link: bytes = LINK_0
    events: int = 0
    moved: str = ""  # when `upto` grew last
    told: str = ""  # the time of its receipt: grows with every change, whoever makes it
    beyond: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def add(self, sequence: int, prevlink: bytes, link: bytes) -> list[int]:
        """Take an event that is not held; return events that break the chain and must go."""
        self.beyond[sequence] = prevlink, link
        self.events += 1
        broken: list[int] = []
        while (following := self.beyond.get(self.upto + 1)) is not None:
            prevlink, link = following
            del self.beyond[self.upto + 1]
            if prevlink != self.link:
                self.events -= 1
                broken.append(self.upto + 1)
                break
            self.upto += 1
            self.link = link
        return broken

    def ranges(self) -> tuple[Ranges, Ranges]:
        """Return what is held beyond `upto`, and what is missing below it, as closed ranges."""
        held: list[tuple[int, int]] = []
        for sequence in sorted(self.beyond):
            if held and held[-1][1] == sequence - 1:
                held[-1] = held[-1][0], sequence
            elif len(held) == MOST_RANGES:
                break
            else:
                held.append((sequence, sequence))
        missing, last = [], self.upto
        for first, end in held:
            missing.append((last + 1, first - 1))
            last = end
        return tuple(held), tuple(missing)
