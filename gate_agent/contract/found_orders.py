"""What the centre asks of a door (厅内发现指令): to open a hold for who fell ill inside.

Retained at the broker, whole each time, until the door has answered or the time is over: a door
that was away reads it when it is back. An order is done once, however often it comes: its answer
is an event of the door, which a restart reads again. A person is a keyed hash here too, and the
place is one of a few words: nothing is in clear that names anybody.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.messages import Hex32, Hex64, Message, Name
from gate_agent.contract.record import Category, Utc
from gate_agent.contract.wire import parse_message

ORDER_LIVES_S = 30 * 60  # who fell ill is elsewhere by then: people ring each other up
MOST_ORDERS = 16  # of one door at a time


class HallPlace(StrEnum):
    """Where inside the hall; `hall_place` has the words of each."""

    HALL = "hall"
    WINDOWS = "windows"
    WAITING = "waiting"
    CORRIDOR = "corridor"
    TOILET = "toilet"
    ELSEWHERE = "elsewhere"


class FoundOrder(FrozenModel):
    """Somebody inside is ill: the door opens the hold, as if its own guard had found them."""

    model_config = ConfigDict(extra="ignore")
    order_id: Hex32
    place: HallPlace = HallPlace.ELSEWHERE
    person_ref: Annotated[Hex64 | None, Field(description="null: nobody knows yet who")] = None
    category: Category = Category.UNKNOWN
    by: Annotated[str, Field(min_length=1, max_length=40, description="who at the centre")]
    made: Utc
    expires: Utc


class FoundOrders(Message):
    """Everything the centre asks of one door now."""

    gate: Name
    orders: Annotated[tuple[FoundOrder, ...], Field(max_length=MOST_ORDERS)]


def parse_orders(payload: bytes) -> FoundOrders:
    """Return what the centre asks. Raises ContractError."""
    return parse_message(FoundOrders, payload).value
