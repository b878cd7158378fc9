"""The page of the appointments (预约): the list, the search, what is cancelled, moved, printed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.appointments import CancelReason
from gate_agent.contract.codes import code_digest
from gate_agent.contract.hall_times import HallDay
from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import on_clock
from gate_agent.contract.policy import Policy
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes, take_in
from gate_agent.words import Lang
from gate_collector.appointments.booked import (
    BookedRow,
    BookingState,
    key_of,
    quota_lines,
    rows,
    window_of,
)
from gate_collector.appointments.changes import Cancel, GiveCodes, Gone, Move
from gate_collector.appointments.search import matching
from gate_collector.centre import Centre
from gate_collector.live.search import Unsearchable
from gate_collector.policies.acknowledged import acknowledgements
from gate_collector.policies.book import Change, PolicyBook
from gate_collector.policies.booking_codes import keep_codes, kept_codes, new_code
from gate_collector.policies.desk import PolicyDesk, no_key
from gate_collector.policies.form import Author, local_time
from gate_collector.roles.grants import READERS, only, sees_names
from gate_collector.roles.session import Record, Role
from gate_collector.web.done import IssuedVersion
from gate_collector.web.lists import Column, ColumnKind, Listing, section
from gate_collector.web.pages import Pages
from gate_collector.web.qr import drawn

_REASONS = tuple(one for one in CancelReason if one is not CancelReason.MOVED)
_PAGE, _MOST_FOUND, _DAYS = "/appointments", 50, 14
_MOST = 2000  # appointments of one order
_LOOKED = "appointments"  # what it is called in the record of looks
_BEGINS = "^([0-9]{2}:[0-9]{2})?$"
_OFFICE = only(Role.OFFICE)
Key = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Keys = Annotated[list[Key], Field(min_length=1, max_length=_MOST)]

BOOKED = Listing(
    name="booked",
    title="appointments.title",
    columns=(
        Column("pick", "contacts.pick", value=lambda _row: "", sorts=False,
               in_file=False),
        Column("begins", "column.from", ColumnKind.TIME, filters=True),
        Column("ends", "column.until", ColumnKind.TIME),
        Column("window", "appointments.window", filters=True),
        Column("state", "column.state", ColumnKind.WORD, words=section("booking_state"),
               choices=tuple(BookingState), filters=True),
        Column("code", "appointments.code"),
        Column("reason", "appointments.cancelled_why", ColumnKind.WORD,
               words=section("cancel_reason"), choices=_REASONS, filters=True),
    ),
    order="begins",
    empty="appointments.none",
    bad=lambda row: not row.is_open,
    marks=lambda row: {"key": row.key, "state": row.state.value},
)  # fmt: skip


class AskedBooking(BaseModel):
    """Whose appointment is looked for: a code, a number, a reference or a name."""

    model_config = ConfigDict(extra="forbid")
    who: str = Field(min_length=1, max_length=80)


class FoundBooking(BaseModel):
    """One appointment that was found."""

    key: str
    state: BookingState
    begins: str | None
    ends: str | None
    code: str
    reason: str


class FoundBookings(BaseModel):
    """What was found, and by what."""

    by: str
    total: int
    bookings: list[FoundBooking]


class CancelOrder(Author):
    """Which appointments are cancelled, and why."""

    keys: Keys
    reason: Literal[
        CancelReason.BY_VISITOR, CancelReason.BY_HALL, CancelReason.EPIDEMIC, CancelReason.MISTAKE
    ]


class MoveOrder(Author):
    """Which appointment is moved, and to when."""

    key: Key
    begins: str = Field(description="local time")
    ends: str = Field(description="local time")


class CodesOrder(Author):
    """Which appointments get a code."""

    keys: Keys


def build_appointments(
    centre: Centre,
    pages: Pages,
    book: PolicyBook,
    *,
    site_key: bytes | None,
    private: bytes | None,
    record: Record,
) -> APIRouter:
    """Return the routes that read; and those that issue a version."""
    routes = Routes(tags=["appointments"])
    take_in(routes, _changes(centre, book, site_key))

    def shown(policy: Policy) -> list[BookedRow]:
        return rows(policy, _codes(centre, policy, site_key), centre.zone)

    @routes.get(_PAGE, dependencies=[READERS], include_in_schema=False)
    def page(request: Request, lang: Lang = "zh") -> Response:
        """Return the appointments that hold now, without whose they are; how full the days are."""
        policy, asked = book.in_force(), pages.asked(request)
        view = BOOKED.shown(shown(policy), asked)
        with centre.engine.connect() as connection:
            doors = acknowledgements(connection, policy.version)
        return pages.lists(
            "appointments.html",
            lang,
            asked,
            [view],
            policy=policy,
            doors=doors,
            waiting=book.waiting(),
            quotas=quota_lines(policy, _today(centre), centre.zone, days=_DAYS),
            reasons=_REASONS,
            day=asked.day(BOOKED.name, "from") or _today(centre),
            has_key=site_key is not None,
        )

    @routes.post(
        "/api/v1/appointments/search", dependencies=[READERS], response_model=FoundBookings
    )
    def found(asked: AskedBooking) -> Response:
        """Return somebody's appointments; who looked is recorded, what was typed is not."""
        policy = book.in_force()
        opens = private if sees_names() else None
        try:
            by, entries = matching(
                centre.engine, policy, asked.who, site_key=site_key, private=opens
            )
        except Unsearchable as exc:
            return refused(422, exc, code="who")
        record(_LOOKED, entries[0].person_ref if entries else "", by)
        keys = {key_of(one) for one in entries[:_MOST_FOUND]}
        bookings = [
            {
                "key": row.key, "state": row.state, "begins": row.begins, "ends": row.ends,
                "code": row.code, "reason": row.reason,
            }
            for row in shown(policy)
            if row.key in keys
        ]  # fmt: skip
        return JSONResponse({"by": by, "total": len(entries), "bookings": bookings})

    @routes.get(f"{_PAGE}/codes", dependencies=[_OFFICE], include_in_schema=False)
    def codes(
        day: HallDay, window: Annotated[str, Query(pattern=_BEGINS)] = "", lang: Lang = "zh"
    ) -> HTMLResponse:
        """Return the codes of a day, or of who begins at one time, to print and hand out.

        Nobody's name or number is on them.
        """
        policy = book.in_force()
        wanted = [
            one
            for one in policy.appointments
            if one.valid_from is not None
            and on_clock(one.valid_from, centre.zone).date() == day
            and window_of(one, centre.zone).startswith(window)
        ]
        known = _codes(centre, policy, site_key)
        cards = [
            (one, known[digest].reveal())
            for one in wanted
            if (digest := one.code_sha256 or "") in known
        ]
        lacking = [key_of(one) for one in wanted if (one.code_sha256 or "") not in known]
        record("codes", f"{day} {window}".strip(), str(len(cards)))
        return pages.show(
            "appointment_codes.html", lang, day=day, window=window, cards=cards, drawn=_drawn,
            lacking=lacking, most=_MOST, hall=centre.name, unit=centre.unit,
        )  # fmt: skip

    return routes


def _changes(centre: Centre, book: PolicyBook, site_key: bytes | None) -> APIRouter:
    """Return the routes that issue a version."""
    routes, desk = Routes(tags=["appointments"]), PolicyDesk(centre, book)

    def issued(asked: Author, change: Change) -> Response:
        try:
            return desk.order(asked, change, shown_at=_PAGE)
        except Gone as exc:
            return refused(409, exc, code=exc.code)

    @routes.post(
        f"{_PAGE}/cancel", dependencies=[_OFFICE], status_code=201, response_model=IssuedVersion
    )
    def cancelled(asked: CancelOrder) -> Response:
        """Cancel these appointments, all or none: a door turns them away and says why."""
        return issued(asked, Cancel(keys=asked.keys, reason=asked.reason, now=centre.now))

    @routes.post(
        f"{_PAGE}/move", dependencies=[_OFFICE], status_code=201, response_model=IssuedVersion
    )
    def moved(asked: MoveOrder) -> Response:
        """Move one appointment: it holds at its new time, by the same card and code."""
        try:
            times = [local_time(text, centre.zone) for text in (asked.begins, asked.ends)]
        except ValueError:
            times = []
        begins, ends = times if len(times) == len((asked.begins, asked.ends)) else (None, None)
        if begins is None or ends is None or ends <= begins:
            return refusal(422, code="times", expected="a beginning and a later end", got="others")
        if ends <= centre.now:
            expected = "a time that is not over yet"
            return refusal(422, code="past", expected=expected, got="one that is past")
        order = Move(keys=[asked.key], begins=begins, ends=ends, zone=centre.zone)
        return issued(asked, order)

    @routes.post(
        f"{_PAGE}/codes", dependencies=[_OFFICE], status_code=201, response_model=IssuedVersion
    )
    def coded(asked: CodesOrder) -> Response:
        """Give these appointments codes that can be printed; a code that they had books nobody."""
        if site_key is None:
            return no_key()
        made = {key: new_code() for key in asked.keys}
        digests = {key: code_digest(code.reveal()) for key, code in made.items()}
        until = {key_of(one): one.valid_until for one in book.in_force().appointments}
        keep_codes(
            centre.engine,
            {digests[key]: (code, until.get(key)) for key, code in made.items()},
            site_key,
        )
        return issued(asked, GiveCodes(keys=asked.keys, digests=digests))

    return routes


def _codes(centre: Centre, policy: Policy, site_key: bytes | None) -> dict[str, Secret]:
    digests = [one.code_sha256 for one in policy.appointments if one.code_sha256]
    return {} if site_key is None else kept_codes(centre.engine, digests, site_key)


def _today(centre: Centre) -> date:
    return on_clock(centre.now, centre.zone).date()


def _drawn(code: str) -> Markup:
    """Return what a door's scanner reads of a code, as a drawing."""
    return drawn(f"GATE-A:{code}")
