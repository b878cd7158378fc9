"""The gate's own short memory of who came (人员表): encrypted rows, for the guard's list.

Nothing of it is in the journal's bodies, and no replay needs it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from gate_agent.contract.identity import Secret
from gate_agent.contract.signals import CardType
from gate_agent.errors import StorageError
from gate_agent.store.schema import PEOPLE, compiled
from gate_agent.store.seal import StoreBox

_KEEP = compiled(insert(PEOPLE).prefix_with("OR REPLACE"))
_FIND = compiled(select(PEOPLE.c.box).where(PEOPLE.c.person_ref == bindparam("person_ref")))
_ALL = compiled(select(PEOPLE.c.person_ref, PEOPLE.c.box).order_by(PEOPLE.c.person_ref))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Who a `person_ref` is, as of the newest passage. One row a person."""

    person_ref: str
    passage_id: str
    name: Secret
    number: Secret
    phone: Secret | None
    card_type: CardType
    country: str = ""  # that issued the document; "" for a card of a reader, and of an older row


def keep_person(
    connection: sqlite3.Connection, box: StoreBox, person: PersonRow, sequence: int
) -> None:
    """Write one row, in place of the person's earlier one; `sequence` is its registration's."""
    plain = json.dumps(
        {
            "person_ref": person.person_ref,
            "passage_id": person.passage_id,
            "name": person.name.reveal(),
            "number": person.number.reveal(),
            "phone": None if person.phone is None else person.phone.reveal(),
            "card_type": person.card_type.value,
            "country": person.country,
        },
        ensure_ascii=False,
    ).encode()
    row = {"person_ref": person.person_ref, "box": box.encrypt(plain), "sequence": sequence}
    connection.execute(_KEEP.sql, row)


def find_person(connection: sqlite3.Connection, box: StoreBox, person_ref: str) -> PersonRow | None:
    """Return the row of `person_ref`, None if there is none.

    Raises StorageError when it was encrypted under another key.
    """
    row = connection.execute(_FIND.sql, {"person_ref": person_ref}).fetchone()
    return None if row is None else _opened(box, person_ref, row[0])


def unreadable_people(connection: sqlite3.Connection, box: StoreBox) -> int:
    """Return how many rows do not open with this key, or were moved to another person."""
    return sum(1 for ref, sealed in _rows(connection) if not _opens(box, ref, sealed))


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[str, bytes]]:
    yield from connection.execute(_ALL.sql)


def _opens(box: StoreBox, person_ref: str, sealed: bytes) -> bool:
    try:
        _opened(box, person_ref, sealed)
    except StorageError:
        return False
    return True


def _opened(box: StoreBox, person_ref: str, sealed: bytes) -> PersonRow:
    fields: dict[str, str | None] = json.loads(box.decrypt(sealed))
    if fields["person_ref"] != person_ref:  # a box has no name of its own: it says whose it is
        raise StorageError("expected the box of this person, got another's")
    phone = fields["phone"]
    return PersonRow(
        person_ref=person_ref,
        passage_id=fields["passage_id"] or "",
        name=Secret(fields["name"] or ""),
        number=Secret(fields["number"] or ""),
        phone=None if phone is None else Secret(phone),
        card_type=CardType(fields["card_type"] or ""),
        country=fields.get("country") or "",
    )
