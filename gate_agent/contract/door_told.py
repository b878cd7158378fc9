"""What one door tells the others (两门互通): its holds, who was cleared, who must come again.

Retained at the broker, whole each time, so that a door that was away reads it when it is back. A
person is a keyed hash here too, and nobody is named.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.messages import Hex64, Message, Name
from gate_agent.contract.record import Category, Id, Utc
from gate_agent.contract.wire import Parsed, parse_message

MOST_TOLD = 64  # of each kind: a slow line carries it in a second


class _Told(FrozenModel):
    model_config = ConfigDict(extra="ignore")


class HoldTold(_Told):
    """A hold at the door that tells it (暂留), open, or of who was taken away. No drill is told."""

    hold_id: Id
    person_ref: Hex64 | None = None
    category: Category = Category.UNKNOWN
    reason: str = Field("guard", description="as hold.opened has it")
    state: str = Field(description="a hold's state; one that a reader does not know stands")
    opened: Utc
    overdue: Annotated[int, Field(ge=0)] = 0
    surface_centi_c: int | None = None
    contact_centi_c: int | None = None
    closed: bool = Field(default=False, description="the person was taken away, not long ago 移送")


class ClearedTold(_Told):
    """Somebody was let in with a contact reading (已用体温计核对)."""

    person_ref: Hex64
    contact_centi_c: int
    threshold_centi_c: int
    at: Utc


class RecheckTold(_Told):
    """Somebody was sent to be measured again (复测), and was not decided on since."""

    person_ref: Hex64
    reason: str
    at: Utc


class AnswerTold(_Told):
    """A guard here acknowledged a hold of another door for the colleague (代为响应)."""

    gate: Name
    hold_id: Id


class FreedTold(_Told):
    """Who is held at another door was found well here since it told of that hold."""

    gate: Name
    hold_id: Id


class DoorTold(Message):
    """Everything that the other doors must know of this one."""

    gate: Name
    name: str | None = Field(
        None, max_length=80, description="what people call this door 出入口名称"
    )
    time: Utc
    holds: tuple[HoldTold, ...] = ()
    cleared: tuple[ClearedTold, ...] = ()
    rechecks: tuple[RecheckTold, ...] = ()
    answers: tuple[AnswerTold, ...] = ()
    freed: tuple[FreedTold, ...] = ()


def parse_told(payload: bytes) -> Parsed[DoorTold]:
    """Return what another door told, and what of it is unread."""
    return parse_message(DoorTold, payload)
