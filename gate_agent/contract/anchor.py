"""The anchor of a day (每日锚点): how far each door's chain was whole at the centre, for everybody.

It is signed as all that the centre says, stands on the printed report as a code, and each door
keeps it in its own journal. Whoever owns the centre's disk can write its chains anew, and cannot
reach these: every event before an end is bound by the link of that end.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.json_text import read_json
from gate_agent.contract.numbers import Whole
from gate_agent.contract.record import Day, Record, Ref, Utc
from gate_agent.contract.wire import parse_message, parse_tree
from gate_agent.errors import ContractError

MOST_ENDS = 256  # doors of one hall, an epoch each


class ChainEnd(FrozenModel):
    """The last event of a chain that the centre had without a gap."""

    model_config = ConfigDict(extra="ignore")
    gate: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
    epoch: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    sequence: Annotated[Whole, Field(ge=1)]
    link: Annotated[Ref, Field(description="of that event")]


class DayAnchor(FrozenModel):
    """What the centre tells once a day."""

    model_config = ConfigDict(extra="ignore")
    day: Day
    made: Utc
    ends: Annotated[tuple[ChainEnd, ...], Field(max_length=MOST_ENDS)]

    def encode(self) -> bytes:
        """Return the exact bytes to publish, and to print."""
        return self.model_dump_json().encode()


class AnchorKept(Record):
    """The centre's anchor of a day, kept by this door as it was told."""

    TYPE: ClassVar[str] = "gate.anchor.kept.v1"
    day: Day
    made: Utc
    ends: Annotated[tuple[ChainEnd, ...], Field(max_length=MOST_ENDS)]

    @property
    def subject(self) -> str:
        """The day."""
        return self.day


def parse_anchor(payload: bytes) -> DayAnchor:
    """Return the anchor in a message. Raises ContractError."""
    return parse_message(DayAnchor, payload).value


def anchored(line: bytes) -> tuple[DayAnchor, str | None] | None:
    """Return the anchor in a line of a file, and its signature where that stands beside it.

    A line is an anchor as it is printed, or an event; None for an event that keeps none. Raises
    ContractError.
    """
    tree = read_json(line.strip())
    if not isinstance(tree, dict):
        raise ContractError("expected an anchor or an event, got another text")
    if tree.get("type") == AnchorKept.TYPE and isinstance(kept := tree.get("data"), dict):
        return parse_tree(DayAnchor, kept).value, None
    if "ends" not in tree:
        return None
    signature = tree.get("signature")
    return parse_tree(DayAnchor, tree).value, signature if isinstance(signature, str) else None
