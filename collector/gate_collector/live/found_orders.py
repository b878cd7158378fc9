"""The book of orders (厅内发现指令): what the centre asked of a door, and what became of it.

A door that is away gets its orders when it is back, as long as they live: they stay at the broker
until its answer is here, and go out again every few seconds besides. What a door did is its own
event; nothing here says that a hold stands.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, Row, select

from gate_agent.contract.found_orders import (
    MOST_ORDERS,
    ORDER_LIVES_S,
    FoundOrder,
    FoundOrders,
    HallPlace,
)
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import NS_PER_S, format_utc
from gate_agent.contract.order_records import OrderAnswered
from gate_agent.contract.records import Category
from gate_agent.errors import AskedInVain
from gate_agent.host.clock import Clock
from gate_collector.store.records import read_records
from gate_collector.store.schema import NOTABLE
from gate_collector.store.schema_office import FOUND_ORDER

AGAIN_NS = 15 * NS_PER_S
_SHOWN = timedelta(hours=24)
_CLEARED = timedelta(days=2)  # whose topic may still hold an order of before a restart
Publish = Callable[[str, bytes], bool]


class OrderState(StrEnum):
    """What became of an order."""

    WAITING = "waiting"  # 未送达
    DONE = "done"  # 已暂留
    REFUSED = "refused"  # 未执行
    UNHEARD = "unheard"  # 一直未送达


class NotOrdered(AskedInVain):
    """This cannot be asked of this door now; `code` says why in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order, and its door's answer where that is here."""

    order: FoundOrder
    gate: str
    state: OrderState
    answer: OrderAnswered | None


class OrderBook:
    """The orders of one hall. Safe to use from any thread."""

    def __init__(self, engine: Engine, *, site: str, clock: Clock, publish: Publish) -> None:
        self._engine = engine
        self._site = site
        self._clock = clock
        self._publish = publish
        self._lock = threading.Lock()
        self._published: dict[str, tuple[bytes, int]] = {}

    def order(
        self,
        *,
        gate: str,
        place: HallPlace,
        person_ref: str | None,
        category: Category,
        by: str,
        role: str,
    ) -> FoundOrder:
        """Ask a door to hold somebody inside. Raises NotOrdered."""
        now = self._clock.now().utc
        order = FoundOrder(
            order_id=secrets.token_hex(16),
            place=place,
            person_ref=person_ref,
            category=category,
            by=by,
            made=format_utc(now),
            expires=format_utc(now + timedelta(seconds=ORDER_LIVES_S)),
        )
        with self._lock:
            waiting = [one for one in self.lines() if one.state is OrderState.WAITING]
            if any(_is_same(one, order, gate) for one in waiting):
                raise NotOrdered("order_again", "expected another person, got one asked for")
            if sum(one.gate == gate for one in waiting) >= MOST_ORDERS:
                raise NotOrdered("too_many_orders", f"expected {MOST_ORDERS} orders at most")
            row = order.model_dump(mode="json") | {"gate": gate, "role": role}
            with self._engine.begin() as connection:
                connection.execute(FOUND_ORDER.insert().values(row))
        self.keep_published()
        return order

    def lines(self, within: timedelta = _SHOWN) -> list[OrderLine]:
        """Return the orders of so long, the newest first."""
        now = self._clock.now().utc
        made = FOUND_ORDER.c.made >= format_utc(now - within)
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(FOUND_ORDER).where(made).order_by(FOUND_ORDER.c.made.desc())
            ).all()
            answered = connection.execute(
                select(NOTABLE.c.data).where(
                    NOTABLE.c.type == OrderAnswered.TYPE,
                    NOTABLE.c.subject.in_([row.order_id for row in rows]),
                )
            ).scalars()
            answers = {one.order_id: one for one in read_records(OrderAnswered, answered)}
        return [_line(row, answers.get(row.order_id), now) for row in rows]

    def publish(self) -> None:
        """Tell the broker, which may be a new one, what every door is asked."""
        with self._lock:
            self._published.clear()
        self.keep_published()

    def keep_published(self) -> None:
        """Publish what changed, and what is not answered yet again and again."""
        now_ns = self._clock.now().boot_ns
        for gate, payload in self._wanted(self.lines(_CLEARED)).items():
            topic = Topics(site=self._site, gate=gate).orders
            with self._lock:
                before, at_ns = self._published.get(gate, (None, 0))
                if payload == before and not (payload and now_ns - at_ns >= AGAIN_NS):
                    continue
                if self._publish(topic, payload):
                    self._published[gate] = payload, now_ns

    def _wanted(self, lines: Iterable[OrderLine]) -> dict[str, bytes]:
        """Return what stands at each door's topic; an empty message where it is asked nothing."""
        asked: dict[str, list[FoundOrder]] = {}
        for one in lines:
            orders = asked.setdefault(one.gate, [])
            if one.state is OrderState.WAITING:
                orders.append(one.order)
        return {
            gate: FoundOrders(gate=gate, orders=tuple(orders[::-1])).encode() if orders else b""
            for gate, orders in asked.items()
        }


def _is_same(one: OrderLine, order: FoundOrder, gate: str) -> bool:
    """Whether the same is asked twice: this person, or somebody unknown at the same place."""
    if order.person_ref is not None:
        return one.order.person_ref == order.person_ref
    return (one.order.person_ref, one.gate, one.order.place) == (None, gate, order.place)


def _line(row: Row[tuple[str, ...]], answer: OrderAnswered | None, now: datetime) -> OrderLine:
    order = FoundOrder.model_validate(row._asdict())
    if answer is not None:
        state = OrderState.REFUSED if answer.hold_id is None else OrderState.DONE
    else:
        waits = format_utc(now) <= order.expires
        state = OrderState.WAITING if waits else OrderState.UNHEARD
    return OrderLine(order=order, gate=row.gate, state=state, answer=answer)
