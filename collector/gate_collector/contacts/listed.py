"""Whom the door itself listed of a hold (出入口提出), with what the guard said of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.records import ContactListed, ContactState, ContactUpdated
from gate_collector.store.records import read_record
from gate_collector.store.schema import NOTABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a guard or the office said of a contact."""

    state: ContactState
    by: str
    reason: str
    at: str
    is_sealed: bool = False  # 已封存: a free text, which stands nowhere in clear


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedContact:
    """One whom the door listed."""

    person_ref: str
    category: str
    passed: str
    apart_s: float
    judgements: tuple[Judgement, ...] = ()


def listed_by(connection: Connection, gate: str, hold_id: str) -> dict[str, ListedContact]:
    """Return whom this door listed of this hold, by reference."""
    rows = connection.execute(
        select(NOTABLE.c.type, NOTABLE.c.data)
        .where(
            NOTABLE.c.gate == gate,
            NOTABLE.c.type.in_((ContactListed.TYPE, ContactUpdated.TYPE)),
            NOTABLE.c.data.contains(hold_id, autoescape=True),  # of others nothing is read
        )
        .order_by(NOTABLE.c.epoch, NOTABLE.c.sequence)
    ).all()
    by_id: dict[str, ListedContact] = {}
    for kind, data in rows:
        if kind == ContactListed.TYPE:
            record = read_record(ContactListed, data)
            if record is None or record.hold_id != hold_id:
                continue
            for entry in record.contacts:
                if entry.person_ref is not None:
                    by_id[entry.contact_id] = ListedContact(
                        person_ref=entry.person_ref,
                        category=entry.category.value,
                        passed=entry.passed,
                        apart_s=entry.apart_s,
                    )
        else:
            update = read_record(ContactUpdated, data)
            if update is not None and update.contact_id in by_id:
                was = by_id[update.contact_id]
                is_sealed = bool(update.reason and sealed_box(update.reason))
                said = Judgement(
                    state=update.state, by=update.by, at=update.at, is_sealed=is_sealed,
                    reason="" if is_sealed else update.reason or "",
                )  # fmt: skip
                by_id[update.contact_id] = replace(was, judgements=(*was.judgements, said))
    return {one.person_ref: one for one in by_id.values()}
