"""What the doors are called (出入口名称): each says its own name with its state."""

from __future__ import annotations

from sqlalchemy import Connection, select

from gate_agent.contract.json_text import read_json
from gate_collector.store.schema import GATE

_LONGEST = 60  # as a door may be called; the page would not bear more


class DoorNames(dict[str, str]):
    """The doors' names by their id; a door that told none is called by its id."""

    def __missing__(self, gate: str) -> str:
        return gate


def door_names(connection: Connection) -> DoorNames:
    """Return the names the doors told last."""
    rows = connection.execute(select(GATE.c.gate, GATE.c.payload))
    told = ((gate, read_json(payload).get("name")) for gate, payload in rows)
    return DoorNames((gate, name[:_LONGEST]) for gate, name in told if name)
