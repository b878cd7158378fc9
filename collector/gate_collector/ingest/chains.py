"""How far each chain is whole, as it stands in the store, and which receipt says so.

The time of a receipt is stamped under the lock of its gate's rows, so that it grows from commit to
commit whichever worker makes it: of two receipts the later one knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from gate_agent.contract.messages import Receipt
from gate_agent.contract.moment import format_utc, parse_utc
from gate_collector.ingest.arrival import Key
from gate_collector.ingest.chain import Stream
from gate_collector.store.bulk import in_parts
from gate_collector.store.dialect import insert_for
from gate_collector.store.schema import EVENT, STREAM

_CHANGED = ("upto", "link", "events", "touched", "moved")
_TICK = timedelta(milliseconds=1)
_AHEAD = timedelta(hours=1)  # a clock that was so far ahead was wrong, and is not followed


def stream_of(row: Any) -> Stream:
    """Return the chain in a row of STREAM, without what lies beyond a gap."""
    link = bytes(row.link)
    return Stream(row.gate, row.epoch, row.upto, link, row.events, row.moved, row.touched)


def receipt_of(stream: Stream) -> Receipt:
    """Return the receipt of a chain as it was committed."""
    ranges, missing = stream.ranges()
    return Receipt(
        epoch=stream.epoch,
        upto=stream.upto,
        link=stream.link.hex(),
        ranges=ranges,
        missing=missing,
        time=stream.told,
    )


def lock(connection: Connection, keys: list[Key], now: datetime) -> dict[Key, Stream]:
    """Return the chains as they stand, new ones made, each stamped for its next receipt.

    Their gates are ours until the transaction ends, every epoch of them: they share views.
    """
    gates = sorted({gate for gate, _ in keys})
    there = select(STREAM).where(STREAM.c.gate.in_(gates)).with_for_update()
    there = there.order_by(STREAM.c.gate, STREAM.c.epoch)
    rows = {(row.gate, row.epoch): row for row in connection.execute(there)}
    if new := [key for key in keys if key not in rows]:
        made = insert_for(connection.engine)(STREAM).on_conflict_do_nothing()
        connection.execute(made, [_row(Stream(*key)) for key in new])
        rows = {(row.gate, row.epoch): row for row in connection.execute(there)}
    epochs = dict.fromkeys(gates, "")
    for row in rows.values():
        epochs[row.gate] = max(epochs[row.gate], row.touched)
    streams = {key: stream_of(rows[key]) for key in keys}
    for (gate, _), stream in streams.items():
        epochs[gate] = stream.told = stamp(now, epochs[gate])
    return streams


def stamp(now: datetime, before: str) -> str:
    """Return the time of a receipt: now, but after the one before, whoever's clock that was."""
    at = format_utc(now)
    if not before or at > before or parse_utc(before) - now > _AHEAD:
        return at
    return format_utc(parse_utc(before) + _TICK)


def load_beyond(connection: Connection, stream: Stream) -> None:
    """Read what lies beyond the first gap, if there is one."""
    if stream.events > stream.upto:
        beyond = select(EVENT.c.sequence, EVENT.c.prevlink, EVENT.c.link).where(
            EVENT.c.gate == stream.gate,
            EVENT.c.epoch == stream.epoch,
            EVENT.c.sequence > stream.upto,
        )
        for row in connection.execute(beyond):
            stream.beyond[row.sequence] = bytes(row.prevlink), bytes(row.link)


def keep(connection: Connection, streams: list[Stream]) -> None:
    """Store how far these chains are whole now."""
    insert: Any = insert_for(connection.engine)(STREAM)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["gate", "epoch"],
            set_={name: insert.excluded[name] for name in _CHANGED},
        ),
        [_row(stream) for stream in streams],
    )


def newest(connection: Connection, gates: Iterable[str] | None = None) -> Iterator[Stream]:
    """Yield the chain of each gate whose receipt is its newest; of every gate by default."""
    if gates is None:
        gates = sorted(set(connection.execute(select(STREAM.c.gate)).scalars()))
    for part in in_parts(gates):
        those = select(STREAM).where(STREAM.c.gate.in_(part)).order_by(STREAM.c.touched)
        yield from {row.gate: stream_of(row) for row in connection.execute(those)}.values()


def _row(stream: Stream) -> dict[str, Any]:
    return {
        "gate": stream.gate,
        "epoch": stream.epoch,
        "upto": stream.upto,
        "link": stream.link,
        "events": stream.events,
        "touched": stream.told,
        "moved": stream.moved or stream.told,
    }
