"""How far each chain is whole, as it stands in the store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, tuple_

from gate_collector.chain import Stream
from gate_collector.schema import EVENT, STREAM, insert_for

Key = tuple[str, str]
_CHANGED = ("upto", "link", "events", "touched", "moved")


def stream_of(row: Any) -> Stream:
    """Return the chain in a row of STREAM, without what lies beyond a gap."""
    return Stream(row.gate, row.epoch, row.upto, bytes(row.link), row.events, row.moved)


def lock(connection: Connection, keys: list[Key], at: str) -> dict[Key, Stream]:
    """Return the chains as they stand, new ones made; ours until the transaction ends."""
    of = tuple_(STREAM.c.gate, STREAM.c.epoch).in_(keys)
    there = select(STREAM).where(of).order_by(STREAM.c.gate, STREAM.c.epoch).with_for_update()
    found = connection.execute(there).all()
    if len(found) < len(keys):
        known = {(row.gate, row.epoch) for row in found}
        made = insert_for(connection.engine)(STREAM).on_conflict_do_nothing()
        connection.execute(made, [_row(Stream(*key), at) for key in keys if key not in known])
        found = connection.execute(there).all()
    return {(row.gate, row.epoch): stream_of(row) for row in found}


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


def keep(connection: Connection, streams: list[Stream], at: str) -> None:
    """Write how far they are now."""
    insert: Any = insert_for(connection.engine)(STREAM)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["gate", "epoch"],
            set_={name: insert.excluded[name] for name in _CHANGED},
        ),
        [_row(stream, at) for stream in streams],
    )


def _row(stream: Stream, at: str) -> dict[str, Any]:
    return {
        "gate": stream.gate,
        "epoch": stream.epoch,
        "upto": stream.upto,
        "link": stream.link,
        "events": stream.events,
        "touched": at,
        "moved": stream.moved or at,
    }
