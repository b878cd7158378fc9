"""The page of who is inside (在馆人员), and of who falls ill there (厅内发现)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gate_agent.contract.found_orders import HallPlace
from gate_agent.contract.free_text import without_number
from gate_agent.contract.messages import Name
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import Category
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.kept_words import marked
from gate_collector.ledger.read import gates
from gate_collector.live.found_orders import NotOrdered, OrderBook, OrderLine, OrderState
from gate_collector.live.inside import STAYS, inside
from gate_collector.live.search import Unsearchable, reference
from gate_collector.live.views import FoundOrderLine, HallInside, InsidePerson, NamedInside
from gate_collector.roles.grants import ACTORS, READERS
from gate_collector.roles.reveal import names_of
from gate_collector.roles.session import By, Record, acting
from gate_collector.store.doors import door_names
from gate_collector.web.lists import Column, ColumnKind, Listing, section
from gate_collector.web.pages import Pages

PEOPLE = Listing(
    name="people",
    title="inside.title",
    columns=(
        Column("entered", "inside.entered", ColumnKind.TIME, filters=True),
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("category", "column.kind", ColumnKind.WORD, words=section("category"), filters=True),
        Column("inside_s", "inside.stays", ColumnKind.SPAN),
    ),
    order="entered",
    page=200,  # who counts heads in the street turns no pages
    empty="inside.nobody",
    marks=lambda one: {"person": one.person_ref, "gate": one.gate},
)


def _case(one: OrderLine) -> str:
    answer = one.answer
    return "" if answer is None or answer.hold_id is None else f"/cases/{one.gate}/{answer.hold_id}"


ORDERS = Listing(
    name="orders",
    title="found.orders",
    columns=(
        Column("made", "column.at", ColumnKind.TIME, value=lambda one: one.order.made),
        Column("gate", "found.door", ColumnKind.DOOR, filters=True),
        Column("place", "found.place", ColumnKind.WORD, value=lambda one: one.order.place,
               words=section("hall_place"), filters=True),
        Column("by", "column.by", value=lambda one: one.order.by),
        Column("state", "column.state", ColumnKind.WORD, words=section("order_state"), filters=True,
               href=_case),
    ),
    order="-made",
    bad=lambda one: one.state is not OrderState.DONE,
    marks=lambda one: {"order": one.order.order_id, "state": one.state},
)  # fmt: skip


class FoundForm(BaseModel):
    """Somebody inside is ill: who, where, and which door's guard sees to it."""

    model_config = ConfigDict(extra="forbid")
    by: Annotated[By, AfterValidator(without_number)]  # it goes to the door's journal in clear
    gate: Name
    place: HallPlace
    who: str = Field("", max_length=80, description="a reference or a whole number; empty: unknown")


class Ordered(BaseModel):
    """What a door is asked now; `GET` tells what became of it."""

    order_id: str


class NamesOrder(BaseModel):
    """Who wants the names of everybody inside, and why."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=4, max_length=400)


def build_inside(
    centre: Centre,
    pages: Pages,
    orders: OrderBook,
    *,
    site_key: bytes | None,
    private: bytes | None,
    record: Record,
) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["hall"])

    def here() -> dict[str, Any]:
        with centre.engine.connect() as connection:
            names = door_names(connection)
            view = inside(connection, centre.now)
        people = [one | {"name": names[one["gate"]]} for one in view["people"]]
        return view | {"people": people}

    @routes.get("/api/v1/inside", dependencies=[READERS], response_model=HallInside)
    def within() -> JSONResponse:
        """Return who is inside now (在馆人员), by reference: the list of an emergency."""
        return JSONResponse(here())

    @routes.get("/inside", dependencies=[READERS], include_in_schema=False)
    def page(request: Request, lang: Lang = "zh") -> Response:
        """Return who is inside now, to be read, named or printed; and who fell ill there."""
        with centre.engine.connect() as connection:
            doors = gates(connection)
        asked, view = pages.asked(request), here()
        people = PEOPLE.shown([InsidePerson.model_validate(one) for one in view["people"]], asked)
        return pages.lists(
            "inside.html", lang, asked, [people, ORDERS.shown(orders.lines(), asked)], told=view,
            doors=doors, places=tuple(HallPlace), has_names=private is not None,
        )  # fmt: skip

    @routes.post("/api/v1/reveal/inside", dependencies=[ACTORS], response_model=NamedInside)
    def named(asked: NamesOrder) -> Response:
        """Open the names of everybody inside; who looked and why is recorded before anything is."""
        if private is None:
            expected = "keys.registrations_key_file in the collector's configuration"
            return refusal(409, code="no_key", expected=expected, got="none")
        refs = [one["person_ref"] for one in here()["people"]]
        facts = marked("inside.named", n=len(refs))
        record("inside", "", f"{asked.by}: {asked.why} · {facts}")
        opened = names_of(centre.engine, refs, private, since=format_utc(centre.now - STAYS))
        people = [
            {"person_ref": ref, "name": one.name, "phone": one.phone} for ref, one in opened.items()
        ]
        return JSONResponse({"people": people})

    @routes.get("/api/v1/orders", dependencies=[READERS], response_model=list[FoundOrderLine])
    def asked_of_doors() -> JSONResponse:
        """Return what the doors were asked today, and what became of it."""
        with centre.engine.connect() as connection:
            names = door_names(connection)
        return JSONResponse(
            [
                {
                    "order_id": one.order.order_id,
                    "gate": one.gate,
                    "name": names[one.gate],
                    "person_ref": one.order.person_ref,
                    "place": one.order.place,
                    "by": one.order.by,
                    "made": one.order.made,
                    "state": one.state,
                    "hold_id": None if one.answer is None else one.answer.hold_id,
                    "refusal": None if one.answer is None else one.answer.refusal,
                }
                for one in orders.lines()
            ]
        )

    @routes.post("/api/v1/orders", dependencies=[ACTORS], status_code=201, response_model=Ordered)
    def found(asked: FoundForm) -> Response:
        """Ask a door to hold somebody who fell ill inside; its guard is called at once."""
        with centre.engine.connect() as connection:
            if asked.gate not in gates(connection):
                return refusal(409, code="door", expected="a door of this hall", got="another")
        try:
            ref = reference(asked.who, site_key) if asked.who.strip() else None
            kinds = {one["person_ref"]: one["category"] for one in here()["people"]}
            order = orders.order(
                gate=asked.gate,
                place=asked.place,
                person_ref=ref,
                category=Category(kinds.get(ref, Category.UNKNOWN)),
                by=asked.by,
                role=acting().role,
            )
        except Unsearchable as exc:
            return refused(422, exc, code="who")
        except NotOrdered as exc:
            return refused(409, exc, code=exc.code)
        record("found", ref or order.order_id, f"{asked.by}: {marked(f'hall_place.{asked.place}')}")
        return JSONResponse({"order_id": order.order_id}, status_code=201)

    return routes
