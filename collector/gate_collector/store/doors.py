"""What the doors are called (出入口名称): each says its own name with its state."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Select, select

from gate_agent.contract.hold_records import BY_CARD
from gate_agent.contract.json_text import read_json
from gate_agent.errors import GateError
from gate_agent.words import Lang, word
from gate_collector.store.schema import ALARM, GATE, STREAM

RETIRED = "retired"
_LONGEST = 60  # as a door may be called; the page would not bear more


class DoorNames(dict[str, str]):
    """The doors' names by their id; a door that told none is called by its id."""

    def __missing__(self, gate: str) -> str:
        return gate


def doer(by: str, names: Mapping[str, str], lang: Lang = "zh") -> str:
    """Return who did something: a post or a person as told, a door or its card reader by name."""
    return names.get(by) or (word("say.by_program", lang) if by == BY_CARD else by)


def door_names(connection: Connection) -> DoorNames:
    """Return the names the doors told last."""
    rows = connection.execute(select(GATE.c.gate, GATE.c.payload))
    named = ((gate, read_json(payload).get("name")) for gate, payload in rows)
    return DoorNames((gate, name[:_LONGEST]) for gate, name in named if name)


def known_doors(connection: Connection) -> list[str]:
    """Return every door that was ever heard, also one that is out of use."""
    heard = select(GATE.c.gate).union(select(STREAM.c.gate))
    return sorted(connection.execute(heard).scalars())


class NotRetirable(GateError):  # noqa: N818 it is an answer
    """A door cannot be retired: it speaks, or nobody ever heard it."""


def retired() -> Select[tuple[str]]:
    """Return which doors are out of use (停用), until they speak again."""
    return select(GATE.c.gate).where(GATE.c.state == RETIRED)


def retire(connection: Connection, gate: str, *, at: str, silent_since: str) -> None:
    """Take a door out of use: its events stay, nothing asks for it any more. Raises NotRetirable.

    Heard later than `silent_since`, it must be stopped first: it would be back at once.
    """
    row = connection.execute(select(GATE).where(GATE.c.gate == gate)).first()
    if row is None:
        raise NotRetirable("expected a door that told of itself, got another")
    if row.state not in ("stopped", RETIRED) and row.seen > silent_since:
        raise NotRetirable(f"expected a door that is stopped, got one heard at {row.seen}")
    connection.execute(GATE.update().where(GATE.c.gate == gate).values(state=RETIRED))
    stands = ALARM.c.gate == gate, ALARM.c.cleared.is_(None)
    connection.execute(ALARM.update().where(*stands).values(cleared=at))


def door_of(connection: Connection, gate: str) -> str:
    """Return a door's id if it is one of ours; empty for a stranger's, which are all one."""
    for table in (GATE, STREAM):
        if connection.execute(select(table.c.gate).where(table.c.gate == gate).limit(1)).first():
            return gate
    return ""
