"""Who came to a door together with somebody (随行), as the passages and the guards tell it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, tuple_

from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import PassageDecided, PassageGrouped
from gate_agent.errors import ContractError
from gate_collector.store.records import read_record
from gate_collector.store.schema import EVENT, NOTABLE, PASSAGE

_AROUND = timedelta(minutes=20)  # a group goes in together: no companion waits longer
_MOST = 2000
_NAMED = re.compile(rb'"with_passage"\s*:\s*"')  # of a few of them: the others are not read


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPassage:
    """One passage of a group."""

    gate: str
    category: str
    decided: str


def companions_of(
    connection: Connection, passages: Collection[tuple[str, str]], refs: Collection[str]
) -> dict[str, GroupPassage]:
    """Return who came with any of these passages (door, id), by reference; none of `refs`."""
    if not passages:
        return {}
    own = connection.execute(
        select(PASSAGE.c.gate, PASSAGE.c.decided).where(
            tuple_(PASSAGE.c.gate, PASSAGE.c.passage_id).in_(sorted(passages))
        )
    ).all()
    times = [(row.gate, parse_utc(row.decided)) for row in own]
    near = or_(
        *(
            and_(
                PASSAGE.c.gate == gate,
                PASSAGE.c.decided.between(format_utc(at - _AROUND), format_utc(at + _AROUND)),
            )
            for gate, at in times
        )
    )
    same = and_(*(EVENT.c[key] == PASSAGE.c[key] for key in ("gate", "epoch", "sequence")))
    rows = connection.execute(
        select(PASSAGE, EVENT.c.body)
        .select_from(PASSAGE.join(EVENT, same))
        .where(near, PASSAGE.c.drill.is_(False))
        .order_by(PASSAGE.c.decided)
        .limit(_MOST)
    ).all()
    adults = {(row.gate, row.passage_id): _adult(row.body) for row in rows}
    adults |= _grouped(connection, {row.gate for row in rows}, [at for _, at in times])
    groups = {(gate, adults.get((gate, one)) or one) for gate, one in passages}
    return {
        row.person_ref: GroupPassage(gate=row.gate, category=row.category, decided=row.decided)
        for row in rows
        if row.person_ref is not None
        and row.person_ref not in refs
        and (row.gate, adults.get((row.gate, row.passage_id)) or row.passage_id) in groups
    }


def _adult(body: bytes | None) -> str | None:
    """Return the passage of whom this one came with, as its own verdict says."""
    try:
        named = body is not None and _NAMED.search(bytes(body))
        record = parse_body(bytes(body)).record() if body is not None and named else None
    except ContractError:
        return None
    return record.with_passage if isinstance(record, PassageDecided) else None


def _grouped(
    connection: Connection, gates: Collection[str], moments: Collection[datetime]
) -> dict[tuple[str, str], str]:
    """Return the same as the guards said it, for who was not let in."""
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.data)
        .where(
            NOTABLE.c.type == PassageGrouped.TYPE,
            NOTABLE.c.gate.in_(sorted(gates)),
            NOTABLE.c.time >= format_utc(min(moments) - _AROUND),
            NOTABLE.c.time <= format_utc(max(moments) + _AROUND),
        )
        .order_by(NOTABLE.c.epoch, NOTABLE.c.sequence)
    ).all()
    said = ((gate, read_record(PassageGrouped, data)) for gate, data in rows)
    newest = {(gate, one.passage_id): one.with_passage for gate, one in said if one is not None}
    return {key: adult for key, adult in newest.items() if adult is not None}
