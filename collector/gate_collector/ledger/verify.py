"""Verifies and exports what the collector holds of a gate, as it was received."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from hashlib import sha256
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


class BrokenStream(GateError):  # noqa: N818 named after what is so
    """A gate's chain, as received, has a bad event."""


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
    """Yield one line for each epoch whose chain holds; BrokenChain at the first bad event."""
    epoch, count, link = "", 0, LINK_0
    with closing(_events(engine, gate)) as events:
        for row in events:
            if row.epoch != epoch:
                if epoch:
                    yield _line(epoch, count, link)
                epoch, count, link = row.epoch, 0, LINK_0
            count += 1
            where = f"{gate} epoch {epoch} event {count}"
            try:
                link = _check(row, count, link, where)
            except (ContractError, TypeError, ValueError) as exc:
                raise BrokenStream(f"{where}: expected an event, got what is none") from exc
    yield _line(epoch or "-", count, link)


def _check(row: Any, count: int, link: bytes, where: str) -> bytes:
    """Return the link of an event that follows; BrokenChain if it does not."""
    if row.sequence != count:
        raise BrokenStream(f"{where}: it is missing, the next is {row.sequence}")
    if bytes(row.prevlink) != link:
        raise BrokenStream(f"{where}: it does not follow the event before it")
    digest = bytes(row.bodysha256)
    if row.body is not None and sha256(bytes(row.body)).digest() != digest:
        raise BrokenStream(f"{where}: its body is not the one that was received")
    link = link_after(link, digest)
    if bytes(row.link) != link:
        raise BrokenStream(f"{where}: its link does not follow from its body")
    if fault := _contradiction(row):
        raise BrokenStream(f"{where}: {fault}")
    return link


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
