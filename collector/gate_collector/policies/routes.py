"""The page of the policy (策略): mode, rules, sheets, history, and what each door has applied."""

from __future__ import annotations

import base64
import csv
import io
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.errors import GateError
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.announcements.book import in_force as announced
from gate_collector.centre import Centre
from gate_collector.policies import setting_words
from gate_collector.policies.acknowledged import Acknowledgement, acknowledgements
from gate_collector.policies.book import Change, Outdated, PlanUndone, PolicyBook, PolicyFault
from gate_collector.policies.form import (
    Author,
    PolicyForm,
    Rules,
    SettingFaults,
    Unchanged,
    local_time,
)
from gate_collector.policies.sheet_change import SheetChange
from gate_collector.policies.sheets import Kind
from gate_collector.roles.grants import ACTORS, EVERYBODY, PROGRAMS, READERS, only
from gate_collector.roles.session import Role
from gate_collector.web.done import IssuedVersion, version_at
from gate_collector.web.pages import Pages

_MOST_SHEET = 8 * 1024 * 1024


Version = Annotated[int, Path(ge=0, lt=2**63)]


class Mode(Author):
    """A new hall mode (大厅运行状态)."""

    hall_mode: HallMode


class SheetUpload(Author):
    """A spreadsheet: CSV or XLSX, in base64."""

    content: str = Field(max_length=_MOST_SHEET)
    seen: str = Field("", description="what the look told; without it, only a look is taken")
    replace: bool = Field(default=True, description="in place of what is there, or beside it")


class OneAppointment(Author):
    """One booked visitor; the number is hashed at once and kept nowhere."""

    number: str = Field(min_length=1, max_length=40)
    begins: str = Field("", description="local time")
    ends: str = Field("", description="local time")
    green_channel: bool = False
    code: str = Field("", max_length=32, description="预约码")


class InForce(BaseModel):
    """The version in force, and what each door has applied of it."""

    version: int
    hall_mode: HallMode
    gates: list[Acknowledgement]


def build_policies(centre: Centre, pages: Pages, book: PolicyBook, form: PolicyForm) -> APIRouter:
    """Return the page and what may be read; without the site's key the page says so."""
    routes = Routes()

    @routes.get("/policy", dependencies=[EVERYBODY], include_in_schema=False)
    def page(lang: Lang = "zh") -> HTMLResponse:
        """Return the policy to look at and to change."""
        newest, in_force, waiting = book.newest(), book.in_force(), book.waiting()
        with centre.engine.connect() as connection:
            doors = acknowledgements(connection, in_force.version)
            is_announced = announced(connection, in_force) is not None
        return pages.show(
            "policy.html",
            lang,
            newest=newest,
            in_force=in_force,
            form=form,
            told=setting_words,
            issues=book.issues(),
            waiting=waiting,
            now=format_utc(centre.now),
            doors=doors,
            announcement_due=in_force.version > 0 and not is_announced,
            modes=list(HallMode),
            leader=in_force.on_duty(centre.now),
            published=book.published,
            has_key=form.site_key is not None,
        )

    @routes.get("/policy/{version}.json", dependencies=[READERS])
    def document(version: Version) -> Response:
        """Return one version exactly as it was published."""
        text = book.document(version)
        if text is None:
            raise HTTPException(404)
        return Response(text, media_type="application/json")

    @routes.get("/api/v1/policy", dependencies=[PROGRAMS])
    def doors() -> InForce:
        """Return the version in force, and what each door has applied of it."""
        in_force = book.in_force()
        with centre.engine.connect() as connection:
            acknowledged = acknowledgements(connection, in_force.version)
        return InForce(version=in_force.version, hall_mode=in_force.hall_mode, gates=acknowledged)

    return routes


def build_policy_changes(centre: Centre, book: PolicyBook, form: PolicyForm) -> APIRouter:
    """Return the routes that issue a version. Without the site's key no number is taken."""
    routes = Routes()
    desk, site_key = _Desk(centre, book), form.site_key

    @routes.post(
        "/policy/mode", dependencies=[ACTORS], status_code=201, response_model=IssuedVersion
    )
    def mode(asked: Mode) -> Response:
        """Set the hall's mode, at once or from a time on."""
        at_once = not asked.valid_from
        return desk.issue(asked, lambda _: {"hall_mode": asked.hall_mode.value}, at_once=at_once)

    @routes.post(
        "/policy/rules",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def rules(asked: Rules, lang: Lang = "zh") -> Response:
        """Set what somebody changed of the rules; a fault is told at its setting."""
        try:
            return desk.issue(asked, lambda old: form.change(old, asked.settings))
        except Unchanged as exc:
            return refused(422, exc, code="unchanged")
        except SettingFaults as exc:
            return _refused("settings as the policy has them", "fields", fields=exc.told(lang))

    @routes.post(
        "/policy/sheets/{kind}",
        dependencies=[only(Role.OFFICE)],
        responses={201: {"model": IssuedVersion}},
    )
    def sheet(kind: Kind, asked: SheetUpload) -> Response:
        """Tell what a roster, appointments or a rota would change; publish what was `seen`."""
        if kind != "rota" and site_key is None:
            return _no_key()
        try:
            content = base64.b64decode(asked.content, validate=True)
        except ValueError:  # binascii.Error is one, and so is text that is not ASCII
            return refusal(422, code="invalid", expected="a sheet in base64", got="something else")
        taken = SheetChange(
            kind=kind,
            content=content,
            replace=asked.replace,
            site_key=site_key,
            zone=centre.zone,
        )
        if asked.seen == taken.seen:
            return desk.issue(asked, taken.change)
        try:
            return JSONResponse({"look": taken.look(desk.base(asked))})
        except NoMoment as exc:
            return refused(422, exc, code="invalid")
        except PolicyFault as exc:
            return _unsound(exc)
        except ValueError:
            return _no_values()

    @routes.post(
        "/policy/appointments",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def appointment(asked: OneAppointment) -> Response:
        """Book one visitor, or give a standing right of way."""
        if site_key is None:
            return _no_key()

        def change(old: Policy) -> dict[str, Any]:
            green = "yes" if asked.green_channel else "no"
            begins, ends = (text.replace("T", " ") for text in (asked.begins, asked.ends))
            line = io.StringIO()
            csv.writer(line).writerows(
                [("number", "valid_from", "valid_until", "green_channel", "code"),
                 (asked.number, begins, ends, green, asked.code)]
            )  # fmt: skip
            taken = SheetChange(
                kind="appointments",
                content=line.getvalue().encode(),
                replace=False,
                site_key=site_key,
                zone=centre.zone,
            )
            return taken.change(old)

        return desk.issue(asked, change)

    return routes


class _Desk:
    """Issues what a form asks, and turns every refusal into an answer."""

    def __init__(self, centre: Centre, book: PolicyBook) -> None:
        self._zone = centre.zone
        self._book = book

    def base(self, asked: Author) -> Policy:
        """Return the policy that the change would start from. Raises NoMoment, ValueError."""
        return self._book.at(_valid_from(asked, self._zone))

    def issue(self, asked: Author, change: Change, *, at_once: bool = False) -> Response:
        """Issue the next version."""
        try:
            policy = self._book.issue(
                change,
                by=asked.by,
                why=asked.why,
                base=None if at_once else asked.base,
                valid_from=_valid_from(asked, self._zone),
                at_once=at_once,
            )
        except NoMoment as exc:
            return refused(422, exc, code="invalid")
        except PolicyFault as exc:
            return _unsound(exc)
        except Outdated as exc:
            return refused(409, exc, code="outdated")
        except PlanUndone as exc:
            return refused(409, exc, code="plan_undone")
        except (ValueError, IndexError):
            return _no_values()
        return version_at(policy.version, "/policy")


class NoMoment(GateError):  # noqa: N818 it is an answer
    """What was typed for the time from which a version holds is none."""


def _valid_from(asked: Author, zone: ZoneInfo) -> datetime | None:
    """Return the time from which a version is to hold, None for at once. Raises NoMoment."""
    try:
        return local_time(asked.valid_from, zone)
    except ValueError:
        expected = "valid_from: expected a local time such as 2026-12-01T08:30, or nothing"
        raise NoMoment(f"{expected}, got another form") from None


def _refused(expected: str, code: str, **details: list[Any]) -> JSONResponse:
    (count,) = (len(faults) for faults in details.values())
    body = {"code": code, "expected": expected, "got": f"{count} faults", **details}
    return JSONResponse({"error": body}, status_code=422)


def _unsound(exc: PolicyFault) -> JSONResponse:
    return _refused("a policy without faults", "refused", faults=exc.faults)


def _no_values() -> JSONResponse:
    return refusal(422, code="invalid", expected="values as the form asks", got="others")


def _no_key() -> JSONResponse:
    expected = "keys.site_key_file in the collector's configuration"
    return refusal(409, code="no_key", expected=expected, got="none: numbers cannot be hashed")
