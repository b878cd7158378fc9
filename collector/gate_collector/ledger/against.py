"""Holds what a door exported of its journal against what the centre has of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Engine, func, select

from gate_agent.contract.messages import LINK_0, link_after, parse_body
from gate_agent.contract.wire import parse_message
from gate_agent.errors import ContractError, GateError
from gate_collector.store.schema import EVENT


class NoExport(GateError):  # noqa: N818 named after what is so
    """A file is not what a door exports."""


class _Redacted(BaseModel):
    """A body that is gone at the door, as its export says it; the columns since version 0.3."""

    redacted: bool
    sequence: int
    bodysha256: str
    type: str | None = None
    severity: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class _Exported:
    sequence: int
    digest: bytes
    columns: dict[str, str]  # what the centre's row must say, too


def faults_against(engine: Engine, lines: Iterable[bytes], *, site: str) -> Iterator[str]:
    """Yield where the centre has other than the door. Raises NoExport."""
    events, about = _read(lines)
    if about is None:
        raise NoExport("expected at least one whole event in the export, got none")
    told_site, gate, epoch = about
    if told_site != site:
        raise NoExport(f"expected an export of a door of {site}, got one of {told_site}")
    with engine.connect() as connection:
        yield from _compared(connection, events, gate, epoch)


def _read(lines: Iterable[bytes]) -> tuple[list[_Exported], tuple[str, str, str] | None]:
    events, about = [], None
    for number, line in enumerate(lines, start=1):
        body = line.rstrip(b"\n")
        try:
            if b'"redacted":true' in body[:20]:
                gone = parse_message(_Redacted, body).value
                columns = {
                    name: value
                    for name in ("type", "severity")
                    if (value := getattr(gone, name)) is not None
                }
                digest = bytes.fromhex(gone.bodysha256)
                events.append(_Exported(gone.sequence, digest, columns))
                continue
            envelope = parse_body(body)
        except (ContractError, ValueError) as exc:
            raise NoExport(f"line {number}: expected an event, got another text") from exc
        about = about or (envelope.site, envelope.gate, envelope.epoch)
        events.append(_Exported(envelope.number, sha256(body).digest(), {}))
    return events, about


def _compared(
    connection: Connection, events: list[_Exported], gate: str, epoch: str
) -> Iterator[str]:
    where, link = f"{gate} epoch {epoch}", LINK_0
    stream = (EVENT.c.gate == gate, EVENT.c.epoch == epoch)
    columns = [EVENT.c[name] for name in ("sequence", "bodysha256", "link", "type", "severity")]
    rows = {row.sequence: row for row in connection.execute(select(*columns).where(*stream))}
    for count, event in enumerate(events, start=1):
        if event.sequence != count:
            yield f"{where}: the export lacks event {count}"
            return
        link = link_after(link, event.digest)
        row: Any = rows.get(count)
        if row is None:
            yield f"{where} event {count}: the door has it, and it is not here"
        elif (bytes(row.bodysha256), bytes(row.link)) != (event.digest, link):
            yield f"{where} event {count}: the door has another"
        elif any(getattr(row, name) != value for name, value in event.columns.items()):
            yield f"{where} event {count}: its columns say other than the door's"
    last = connection.execute(select(func.max(EVENT.c.sequence)).where(*stream)).scalar() or 0
    if last > len(events):
        yield f"{where}: {last - len(events)} events are here that the export ends before"
