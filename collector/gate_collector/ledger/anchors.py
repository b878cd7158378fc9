"""The anchor of a day (每日锚点): made with the report, told to the doors, held against the chains.

What the doors keep of it in their journals, and what stands on paper, nobody reaches who owns the
centre's disk: `gate-collector verify --anchors` finds a past that was written anew.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey
from sqlalchemy import Connection, select

from gate_agent.contract.anchor import MOST_ENDS, AnchorKept, ChainEnd, DayAnchor, anchored
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import format_utc
from gate_agent.contract.signed import message_to_sign
from gate_agent.errors import ContractError
from gate_collector.centre import Centre
from gate_collector.ledger.against import NoExport
from gate_collector.store.schema import EVENT, NOTABLE, STREAM


def anchor_of(centre: Centre, day: str) -> DayAnchor:
    """Return how far every chain is whole now; of very many the newest."""
    columns = STREAM.c.gate, STREAM.c.epoch, STREAM.c.upto, STREAM.c.link
    newest = select(*columns).where(STREAM.c.upto > 0).order_by(STREAM.c.moved.desc())
    with centre.engine.connect() as connection:
        ends = tuple(
            ChainEnd(gate=row.gate, epoch=row.epoch, sequence=row.upto, link=bytes(row.link).hex())
            for row in connection.execute(newest.limit(MOST_ENDS))
        )
    return DayAnchor(day=day, made=format_utc(centre.now), ends=ends)


def read_anchors(lines: Iterable[bytes]) -> list[tuple[DayAnchor, str | None]]:
    """Return the anchors in a door's export, or in what was read from paper. Raises NoExport."""
    anchors = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kept = anchored(line)
        except ContractError as exc:
            raise NoExport(f"line {number}: expected an anchor or an event, got another") from exc
        anchors += [kept] if kept else []
    if not anchors:
        raise NoExport("expected an anchor in the file, got none")
    return anchors


def faults_of_paper(
    anchors: Iterable[tuple[DayAnchor, str | None]], *, site: str, key: bytes | None
) -> Iterator[str]:
    """Yield what bears another signature than this centre's, where it has a key."""
    if key is None:
        return
    ours, topic = SigningKey(key).verify_key, Topics(site=site, gate="+").anchor
    for anchor, signature in anchors:
        if signature is None:
            continue
        try:
            signed = base64.b64decode(signature, validate=True)
            ours.verify(message_to_sign(topic, anchor.encode()), signed)
        except (CryptoError, ValueError):
            yield f"anchor of {anchor.day}: expected this centre's signature, got another"


def faults_at(connection: Connection, anchors: Iterable[DayAnchor]) -> Iterator[str]:
    """Yield where a chain is other than it was when an anchor was made."""
    seen: set[ChainEnd] = set()
    for anchor in anchors:
        for end in anchor.ends:
            if end in seen:
                continue
            seen.add(end)
            link = connection.execute(
                select(EVENT.c.link).where(
                    EVENT.c.gate == end.gate,
                    EVENT.c.epoch == end.epoch,
                    EVENT.c.sequence == end.sequence,
                )
            ).scalar()
            where = f"{end.gate} epoch {end.epoch} event {end.sequence}"
            if link is None:
                yield f"{where}: it was here on {anchor.day}, and is gone"
            elif bytes(link).hex() != end.link:
                yield f"{where}: it was another on {anchor.day}: what came before was written anew"


def kept_by_doors(connection: Connection) -> Iterator[DayAnchor]:
    """Yield the anchors that the doors told back as events."""
    rows = connection.execute(select(NOTABLE.c.data).where(NOTABLE.c.type == AnchorKept.TYPE))
    for data in rows.scalars():
        yield DayAnchor.model_validate_json(data)
