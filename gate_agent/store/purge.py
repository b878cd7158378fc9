"""How long personal data stays at a gate (保存期限), and how it goes without breaking the chain.

What goes: the rows of `people`, and the bodies of registrations that the collector has receipted.
`bodysha256` and `link` stay: the chain verifies as before.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, delete, func, select, text, update

from gate_agent.contract.privacy_records import DataPurged
from gate_agent.store.schema import EVENT, IS_REGISTRATION, PEOPLE, compiled

MOST_AT_ONCE = 256  # registrations of one transaction: a person at the door waits for it

_OF: BindParameter[str] = bindparam("person_ref")
_REF, _WITH = (
    func.json_extract(text("CAST(body AS TEXT)"), f"$.data.{name}") == _OF
    for name in ("person_ref", "with_ref")  # a companion's names whom they came with, too
)
_DUE = select(EVENT.c.sequence).where(IS_REGISTRATION, EVENT.c.body.is_not(None))
_UPTO = EVENT.c.sequence <= bindparam("upto")
_ALL_DUE = compiled(_DUE.where(_UPTO).order_by(EVENT.c.sequence).limit(bindparam("limit")))
_DUE_OF = compiled(
    _DUE.where(_UPTO, _REF | _WITH).order_by(EVENT.c.sequence).limit(bindparam("limit"))
)
_COUNT = select(func.count()).select_from(EVENT).where(IS_REGISTRATION, EVENT.c.body.is_not(None))
_BEYOND = compiled(_COUNT.where(EVENT.c.sequence > bindparam("upto")))
_BEYOND_OF = compiled(_COUNT.where(EVENT.c.sequence > bindparam("upto"), _REF | _WITH))
_REDACT = compiled(
    update(EVENT).where(EVENT.c.sequence == bindparam("at")).values(body=text("NULL"))
)
_LINK = compiled(select(EVENT.c.link).where(EVENT.c.sequence == bindparam("sequence")))
_FORGET_OLD = compiled(delete(PEOPLE).where(PEOPLE.c.sequence <= bindparam("upto")))
_FORGET_ONE = compiled(
    delete(PEOPLE).where((PEOPLE.c.person_ref == _OF) | PEOPLE.c.sequence.in_(_DUE.where(_WITH)))
)
_OLD_PEOPLE = compiled(
    select(func.count()).select_from(PEOPLE).where(PEOPLE.c.sequence <= bindparam("upto"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What shall go: everything up to `upto`, of one person or of all.

    `receipted` bounds the bodies: what the collector has not stored is not removed here. `people`
    up to `upto` go whatever the collector has.
    """

    upto: int
    receipted: int
    person_ref: str | None = None

    @property
    def _bodies_upto(self) -> int:
        return min(self.upto, self.receipted)

    def due(self, connection: sqlite3.Connection) -> list[int]:
        """Return the registrations that may go now, the first `MOST_AT_ONCE` of them."""
        given = {"upto": self._bodies_upto, "limit": MOST_AT_ONCE}
        if self.person_ref is None:
            rows = connection.execute(_ALL_DUE.sql, _ALL_DUE.values(**given))
        else:
            values = _DUE_OF.values(**given, person_ref=self.person_ref)
            rows = connection.execute(_DUE_OF.sql, values)
        return [sequence for (sequence,) in rows]

    def waiting(self, connection: sqlite3.Connection) -> int:
        """Return how many registrations wait for a receipt of the collector."""
        if self.person_ref is None:
            values = _BEYOND.values(upto=self.receipted)
            count = connection.execute(_BEYOND.sql, values).fetchone()[0]
        else:
            values = _BEYOND_OF.values(upto=self.receipted, person_ref=self.person_ref)
            count = connection.execute(_BEYOND_OF.sql, values).fetchone()[0]
        return int(count)

    def old_people(self, connection: sqlite3.Connection) -> int:
        """Return how many rows of the people's table are old enough to go."""
        return int(connection.execute(_OLD_PEOPLE.sql, {"upto": self.upto}).fetchone()[0])

    def carry_out(self, connection: sqlite3.Connection, record: DataPurged) -> DataPurged:
        """Remove it, inside the caller's transaction; return `record` with what was removed."""
        sequences = self.due(connection)
        if self.person_ref is None:
            people = connection.execute(_FORGET_OLD.sql, {"upto": self.upto}).rowcount
        else:
            values = _FORGET_ONE.values(person_ref=self.person_ref)
            people = connection.execute(_FORGET_ONE.sql, values).rowcount
        for sequence in sequences:
            connection.execute(_REDACT.sql, _REDACT.values(at=sequence))
        figures: dict[str, object] = {"people": people, "redacted": len(sequences)}
        figures["waiting"] = 0 if record.request is None else self.waiting(connection)
        if sequences:
            first, last = sequences[0], sequences[-1]
            figures |= {
                "first_sequence": first,
                "last_sequence": last,
                "link_before": _link(connection, first - 1),
                "link_after": _link(connection, last),
            }
        return record.model_copy(update=figures)


def _link(connection: sqlite3.Connection, sequence: int) -> str:
    row = connection.execute(_LINK.sql, {"sequence": sequence}).fetchone()
    return "0" * 64 if row is None else bytes(row[0]).hex()
