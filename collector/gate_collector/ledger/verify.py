"""Verifies and exports what the collector holds of a gate, as it was received."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import groupby
from typing import Any, BinaryIO

from sqlalchemy import Engine, func, select, union

from gate_agent.contract.messages import LINK_0, link_after, parse_body
from gate_agent.contract.records import PersonRegistered
from gate_agent.errors import ContractError, GateError
from gate_collector.store.schema import (
    DOUBTED,
    EVENT,
    GATE,
    HOLD,
    NOTABLE,
    PASSAGE,
    PURGED,
    REPORT,
    STREAM,
)

_BATCH = 500
_MOST_TOLD = 20  # of one epoch


class BrokenStream(GateError):  # noqa: N818 named after what is so
    """A gate's chains, as received, have bad events; `faults` names them, one a line."""

    def __init__(self, why: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(why)


_OF_GATES = (STREAM, EVENT, GATE, PASSAGE, HOLD, REPORT, NOTABLE, PURGED, DOUBTED)


def gates(engine: Engine) -> list[str]:
    """Return the gates that were ever heard."""
    with engine.connect() as connection:
        return sorted(set(connection.execute(select(STREAM.c.gate)).scalars()))


def named_gates(engine: Engine) -> list[str]:
    """Return the gates that anything here is of: also where its events are gone."""
    with engine.connect() as connection:
        every = union(*(select(table.c.gate) for table in _OF_GATES))
        return sorted(connection.execute(every).scalars())


def verify(engine: Engine, gate: str) -> Iterator[str]:
    """Yield one line for each epoch whose chain holds.

    Raises BrokenStream when all epochs were read: with a line for each bad event, the first of each
    epoch, and how many more there are. After a bad event the chain goes on from what is kept of it.
    """
    faults: list[str] = []
    whole = 0
    with closing(_events(engine, gate)) as events:
        for epoch, rows in groupby(events, lambda row: row.epoch):
            chain = _Chain(f"{gate} epoch {epoch}")
            for row in rows:
                chain.follow(row)
            faults += chain.told()
            if not chain.bad:
                whole += 1
                yield _line(epoch, chain.count, chain.link)
    if faults:
        raise BrokenStream("\n  ".join(faults), faults)
    if not whole:
        yield _line("-", 0, LINK_0)


class _Chain:
    """One epoch's events, as they are read one after the other."""

    def __init__(self, name: str) -> None:
        self.count, self.bad = 0, 0
        self._name = name
        self._ends = [LINK_0]  # after a bad event two: what is kept, and what follows from it
        self._listed: list[str] = []

    @property
    def link(self) -> bytes:
        return self._ends[0]

    def follow(self, row: Any) -> None:
        """Take the next event; note what is wrong with it, and go on after it."""
        self.count += 1
        try:
            fault = self._fault(row)
        except (ContractError, TypeError, ValueError):
            fault = "expected an event, got what is none"
        if fault:
            self._note(fault)

    def told(self) -> Iterator[str]:
        """Yield the first bad events, and how many more there are."""
        yield from self._listed
        if self.bad > len(self._listed):
            yield f"{self._name}: expected no bad event, got {self.bad - len(self._listed)} more"

    def _fault(self, row: Any) -> str | None:
        """Return why an event does not follow the one before it, or is none."""
        before, digest, end = bytes(row.prevlink), bytes(row.bodysha256), bytes(row.link)
        if row.sequence != self.count:
            self._note(f"it is missing, the next is {row.sequence}")
            self.count, self._ends = int(row.sequence), [before]
        ends = self._ends
        self._ends = list(dict.fromkeys([end, *(link_after(one, digest) for one in ends)]))
        if before not in ends:
            return "it does not follow the event before it"
        if row.body is not None and sha256(bytes(row.body)).digest() != digest:
            return "its body is not the one that was received"
        if end != link_after(before, digest):
            return "its link does not follow from its body"
        self._ends = [end]
        return _contradiction(row)

    def _note(self, why: str) -> None:
        self.bad += 1
        if len(self._listed) < _MOST_TOLD:
            self._listed.append(f"{self._name} event {self.count}: {why}")


def _contradiction(row: Any) -> str | None:
    """Return what a row says other than its body; of a redacted one, that it was none to go."""
    if row.body is None:
        is_registration = row.type == PersonRegistered.TYPE
        return None if is_registration else "its body is gone, and it is no registration"
    envelope = parse_body(bytes(row.body))
    pairs = {
        "gate": (row.gate, envelope.gate),
        "epoch": (row.epoch, envelope.epoch),
        "sequence": (row.sequence, envelope.number),
        "type": (row.type, envelope.type),
        "severity": (row.severity, envelope.severity),
        "prevlink": (bytes(row.prevlink).hex(), envelope.prevlink),
    }
    wrong = [name for name, (kept, said) in pairs.items() if kept != said]
    return f"its column {wrong[0]} says other than its body" if wrong else None


def export(engine: Engine, gate: str, out: BinaryIO) -> None:
    """Write each body as one line, exactly as it came, in order; or that it was redacted."""
    with closing(_events(engine, gate)) as events:
        out.writelines(_exported(row) + b"\n" for row in events)


def _exported(row: Any) -> bytes:
    if row.body is not None:
        return bytes(row.body)
    redacted = {
        "redacted": True,
        "sequence": row.sequence,
        "bodysha256": bytes(row.bodysha256).hex(),
    }
    return json.dumps(redacted, separators=(",", ":")).encode()


def _events(engine: Engine, gate: str) -> Generator[Any, None, None]:
    """Yield a gate's events, the epochs in the order they began."""
    with engine.connect() as connection:
        epochs = connection.execute(
            select(EVENT.c.epoch)
            .where(EVENT.c.gate == gate)
            .group_by(EVENT.c.epoch)
            .order_by(func.min(EVENT.c.stored))
        ).scalars()
        for epoch in list(epochs):
            rows = connection.execution_options(yield_per=_BATCH).execute(
                select(EVENT)
                .where(EVENT.c.gate == gate, EVENT.c.epoch == epoch)
                .order_by(EVENT.c.sequence)
            )
            with closing(rows):
                yield from rows


def _line(epoch: str, count: int, link: bytes) -> str:
    return f"epoch {epoch} events {count} last {count} link {link.hex()}"
