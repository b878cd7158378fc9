"""Finds a person's passages at both doors by reference or number; no name is known here."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, select

from gate_agent.contract.identity import typed_ref
from gate_agent.errors import GateError
from gate_collector.store.doors import door_names
from gate_collector.store.schema import HOLD, NEWEST_HOLDS, PASSAGE

_MOST = 200
_REF = re.compile("[0-9a-f]{64}")
_SHORTEST = 8


class Unsearchable(GateError):  # noqa: N818 it is an answer
    """What was typed can be neither a reference nor a number."""


def reference(text: str, site_key: bytes | None) -> str:
    """Return the person_ref that `text` is, or that stands for the number in it."""
    plain = text.strip()
    if _REF.fullmatch(plain.lower()):
        return plain.lower()
    if site_key is None:
        raise Unsearchable("expected a reference of 64 digits, got another, and no site key is set")
    if len(plain) < _SHORTEST:
        raise Unsearchable("expected a whole number or a reference, got a part")
    return typed_ref(plain, site_key)


def search(engine: Engine, ref: str) -> dict[str, Any]:
    """Return this person's newest passages and holds."""
    columns = [PASSAGE.c[name] for name in ("gate", "decided", "category", "decision", "hold_id")]
    holds = [HOLD.c[name] for name in ("gate", "hold_id", "opened", "state", "outcome")]
    with engine.connect() as connection:
        passages = connection.execute(
            select(*columns)
            .where(PASSAGE.c.person_ref == ref, PASSAGE.c.drill.is_(False))
            .order_by(PASSAGE.c.decided.desc(), *PASSAGE.primary_key)
            .limit(_MOST)
        ).mappings()
        held = connection.execute(
            select(*holds).where(HOLD.c.person_ref == ref).order_by(*NEWEST_HOLDS)
        ).mappings()
        names = door_names(connection)
        return {
            "person_ref": ref,
            "passages": [dict(row) | {"name": names[row["gate"]]} for row in passages],
            "holds": [dict(row) | {"name": names[row["gate"]]} for row in held],
        }
