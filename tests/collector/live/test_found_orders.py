"""The centre asks a door to hold who fell ill inside: repeated until answered, said as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from collector.hall_of_doors import Hall, hall, ref
from collector.handed import NAME, PHONE, PRIVATE, registered
from collector.served_centre import app_of, centre_of, orders_of, serving
from gate_agent.contract.found_orders import (
    MOST_ORDERS,
    ORDER_LIVES_S,
    FoundOrder,
    HallPlace,
    parse_orders,
)
from gate_agent.contract.moment import format_utc
from gate_agent.contract.order_records import OrderAnswered, OrderRefusal
from gate_agent.contract.records import Category
from gate_collector.kept_words import in_words
from gate_collector.live.found_orders import NotOrdered, OrderBook, OrderState
from gate_collector.store.schema_office import FOUND_ORDER, LOOK

_TOPIC = "gate/v1/hall-01/west-1f/orders"


@dataclass
class Road:
    """A broker that may be away; what it was given is retained."""

    is_there: bool = True
    given: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, topic: str, payload: bytes) -> bool:
        if self.is_there:
            self.given.append((topic, payload))
        return self.is_there


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        opened.west.passage(who="ill")
        opened.settle()
        yield opened


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def book(one: Hall, road: Road) -> OrderBook:
    return orders_of(centre_of(one), road)


def ask(book: OrderBook, who: str | None = "ill", place: HallPlace = HallPlace.HALL) -> FoundOrder:
    return book.order(
        gate="west-1f",
        place=place,
        person_ref=None if who is None else ref(who),
        category=Category.VISITOR,
        by="王主任",
        role="office",
    )


def answers(one: Hall, order: FoundOrder, refusal: OrderRefusal | None = None) -> None:
    at = format_utc(one.clock.utc)
    one.west.say(
        OrderAnswered(
            order_id=order.order_id,
            hold_id=None if refusal else "hold-1",
            refusal=refusal,
            by=order.by,
            made=order.made,
            at=at,
        )
    )
    one.settle()


def state(book: OrderBook) -> OrderState:
    return book.lines()[0].state


def test_an_order_goes_out_again_and_again_until_its_door_has_answered(
    store: str, road: Road
) -> None:
    with hall(store) as one:
        _goes_out_until_it_is_answered(one, road, orders_of(centre_of(one), road))


def _goes_out_until_it_is_answered(one: Hall, road: Road, book: OrderBook) -> None:
    road.is_there = False
    order = ask(book)
    road.is_there = True
    book.publish()  # the broker is there
    for _ in range(5):
        book.keep_published()
        one.clock.advance(10)

    assert [topic for topic, _ in road.given] == [_TOPIC] * 3
    assert {parse_orders(payload).orders for _, payload in road.given} == {(order,)}
    assert state(book) is OrderState.WAITING

    answers(one, order)
    book.keep_published()
    book.keep_published()
    assert road.given[3:] == [(_TOPIC, b"")], "nothing stays retained, and it is said once"
    (line,) = book.lines()
    assert line.state is OrderState.DONE
    assert line.answer is not None
    assert line.answer.hold_id == "hold-1"


def test_what_a_door_refuses_or_never_hears_is_said_and_asked_no_more(
    one: Hall, road: Road, book: OrderBook
) -> None:
    answers(one, ask(book), OrderRefusal.HELD)
    assert state(book) is OrderState.REFUSED
    one.clock.advance(1)
    ask(book, None)
    one.clock.advance(ORDER_LIVES_S + 1)
    book.keep_published()

    assert state(book) is OrderState.UNHEARD
    assert road.given[-1] == (_TOPIC, b"")


def test_the_same_is_not_asked_twice_while_it_waits_nor_more_than_a_door_can_read(
    book: OrderBook,
) -> None:
    ask(book)
    ask(book, None, HallPlace.HALL)
    for who, place in (("ill", HallPlace.WINDOWS), (None, HallPlace.HALL)):
        with pytest.raises(NotOrdered, match="asked for"):
            ask(book, who, place)
    for n in range(MOST_ORDERS - 2):
        ask(book, f"person {n}")
    with pytest.raises(NotOrdered) as refused:
        ask(book, "one more")
    assert refused.value.code == "too_many_orders"


def _form(who: str = "", gate: str = "west-1f") -> dict[str, str]:
    return {"by": "王主任", "gate": gate, "place": "waiting", "who": who}


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one), private=PRIVATE)) as opened:
        yield opened


def test_the_page_asks_by_reference_and_tells_what_became_of_it(
    one: Hall, client: httpx.Client
) -> None:
    made = client.post("/api/v1/orders", json=_form(ref("ill")))
    told = client.get("/api/v1/orders").json()

    assert made.status_code == 201
    assert [(line["state"], line["place"], line["person_ref"]) for line in told] == [
        ("waiting", "waiting", ref("ill"))
    ]
    with one.engine.connect() as connection:
        kept = connection.execute(select(FOUND_ORDER)).one()
        look = connection.execute(select(LOOK)).one()
    assert (kept.category, kept.by, kept.role) == ("visitor", "王主任", "office")
    assert (look.what, look.subject) == ("found", ref("ill"))
    assert in_words(look.why, "zh") == "王主任: 等候区"


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        (_form("1101"), 422, "who"),
        (_form(gate="east-9f"), 409, "door"),
        (_form() | {"place": "张三家"}, 422, "invalid"),
        (_form() | {"by": "王主任 13800138000"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: httpx.Client, form: dict[str, str], status: int, code: str
) -> None:
    answer = client.post("/api/v1/orders", json=form)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert client.get("/api/v1/orders").json() == []


def test_everybody_inside_is_named_for_a_reason_and_the_look_is_recorded(
    one: Hall, client: httpx.Client
) -> None:
    one.west.say(registered("west-1f-1", "ill"))
    one.west.say(registered("west-1f-9", "gone"))
    one.central.passage(who="staff", category=Category.STAFF)
    one.settle()
    order = {"by": "王主任", "why": "火警疏散清点"}
    told = client.post("/api/v1/reveal/inside", json=order).json()

    assert told == {"people": [{"person_ref": ref("ill"), "name": NAME, "phone": PHONE}]}
    assert client.post("/api/v1/reveal/inside", json=order | {"why": ""}).status_code == 422
    with one.engine.connect() as connection:
        (look,) = connection.execute(select(LOOK)).all()
    assert look.what == "inside"
    assert in_words(look.why, "zh") == "王主任: 火警疏散清点 · 已显示 2 人"
    assert NAME not in str(look)


def test_without_the_key_nobody_is_named(one: Hall) -> None:
    with serving(app_of(centre_of(one))) as client:
        answer = client.post("/api/v1/reveal/inside", json={"by": "a", "why": "疏散清点"})
    assert answer.status_code == 409
