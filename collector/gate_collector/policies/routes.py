"""The page of the policy (策略): mode, rules, sheets, history, and what each door has applied."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.announcements.book import in_force as announced
from gate_collector.announcements.course import outlook
from gate_collector.centre import Centre
from gate_collector.policies import setting_words
from gate_collector.policies.acknowledged import Acknowledgement, acknowledgements
from gate_collector.policies.book import PolicyBook, PolicyFault
from gate_collector.policies.desk import (
    NoMoment,
    PolicyDesk,
    faulty,
    no_key,
    no_moment,
    no_values,
    unsound,
)
from gate_collector.policies.form import (
    Author,
    PolicyForm,
    Rules,
    SettingFaults,
    Unchanged,
)
from gate_collector.policies.lists import DOORS, VERSIONS
from gate_collector.policies.sheet_change import SheetChange, SheetLook
from gate_collector.policies.sheet_people import keep_people
from gate_collector.policies.sheets import NUMBERED, Kind
from gate_collector.roles.grants import ACTORS, EVERYBODY, PROGRAMS, READERS, only
from gate_collector.roles.session import Role
from gate_collector.web.done import IssuedVersion
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
    restore: bool = Field(
        default=False,
        description="also what was cancelled or moved since is as the sheet has it",
    )


class SheetLooked(BaseModel):
    """What a sheet would change; nothing was changed yet."""

    look: SheetLook


class OneAppointment(Author):
    """One booked visitor; the number is hashed at once and kept nowhere."""

    number: str = Field(min_length=1, max_length=40)
    name: str = Field("", max_length=40, description="sealed at once; no policy holds it")
    begins: str = Field("", description="local time")
    ends: str = Field("", description="local time")
    green_channel: bool = False
    code: str = Field("", max_length=32, description="预约码")


class PublishedPolicy(BaseModel):
    """A version as it was published; all else that it sets is in the event contract."""

    model_config = ConfigDict(extra="allow")
    version: int
    hall_mode: HallMode


class InForce(BaseModel):
    """The version in force, and what each door has applied of it."""

    version: int
    hall_mode: HallMode
    gates: list[Acknowledgement]


def build_policies(centre: Centre, pages: Pages, book: PolicyBook, form: PolicyForm) -> APIRouter:
    """Return the page and what may be read; without the site's key the page says so."""
    routes = Routes(tags=["policy"])

    @routes.get("/policy", dependencies=[EVERYBODY], include_in_schema=False)
    def page(request: Request, lang: Lang = "zh") -> Response:
        """Return the policy to look at and to change."""
        asked = pages.asked(request)
        newest, in_force, waiting = book.newest(), book.in_force(), book.waiting()
        with centre.engine.connect() as connection:
            doors = acknowledgements(connection, in_force.version)
            text = announced(connection, outlook(connection, in_force, centre.now, book.version))
            versions = VERSIONS.read(connection, book.history(), asked)
        return pages.lists(
            "policy.html",
            lang,
            asked,
            [versions, DOORS.shown(doors, asked)],
            newest=newest,
            in_force=in_force,
            form=form,
            told=setting_words,
            waiting=waiting,
            plans={plan.version for plan in waiting},
            now=format_utc(centre.now),
            announcement_due=in_force.version > 0 and text is None,
            modes=list(HallMode),
            leader=in_force.on_duty(centre.now),
            published=book.published,
            has_key=form.site_key is not None,
        )

    @routes.get("/policy/{version}.json", dependencies=[READERS], response_model=PublishedPolicy)
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


def build_policy_changes(
    centre: Centre, book: PolicyBook, form: PolicyForm, private: bytes | None
) -> APIRouter:
    """Return the routes that issue a version. Without the site's key no number is taken.

    `private` is the key to which the names of a sheet are sealed.
    """
    routes = Routes(tags=["policy"])
    desk, site_key = PolicyDesk(centre, book), form.site_key

    @routes.post(
        "/policy/mode", dependencies=[ACTORS], status_code=201, response_model=IssuedVersion
    )
    def mode(asked: Mode) -> Response:
        """Set the hall's mode, at once or from a time on; what lets more people in needs `base`."""
        return desk.set_mode(asked, asked.hall_mode)

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
            return faulty("settings as the policy has them", "fields", fields=exc.told(lang))

    @routes.post(
        "/policy/sheets/{kind}",
        dependencies=[only(Role.OFFICE)],
        response_model=SheetLooked,
        responses={201: {"model": IssuedVersion}},
    )
    def sheet(kind: Kind, asked: SheetUpload) -> Response:
        """Tell what a sheet of this kind would change; publish what was `seen`."""
        if kind in NUMBERED and site_key is None:
            return no_key()
        try:
            content = base64.b64decode(asked.content, validate=True)
        except ValueError:  # binascii.Error is one, and so is text that is not ASCII
            return refusal(422, code="invalid", expected="a sheet in base64", got="something else")
        taken = SheetChange(
            kind=kind,
            content=content,
            replace=asked.replace,
            restore=asked.restore,
            site_key=site_key,
            zone=centre.zone,
        )
        if asked.seen == taken.seen:
            return keep_people(centre, taken, private, desk.issue(asked, taken.change))
        try:
            return JSONResponse({"look": asdict(taken.look(desk.base(asked)))})
        except NoMoment as exc:
            return no_moment(exc)
        except PolicyFault as exc:
            return unsound(exc)
        except ValueError:
            return no_values()

    @routes.post(
        "/policy/appointments",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def appointment(asked: OneAppointment) -> Response:
        """Book one visitor, or give a standing right of way."""
        if site_key is None:
            return no_key()

        green = "yes" if asked.green_channel else "no"
        begins, ends = (text.replace("T", " ") for text in (asked.begins, asked.ends))
        line = io.StringIO()
        csv.writer(line).writerows(
            [("number", "name", "valid_from", "valid_until", "green_channel", "code"),
             (asked.number, asked.name, begins, ends, green, asked.code)]
        )  # fmt: skip
        taken = SheetChange(
            kind="appointments",
            content=line.getvalue().encode(),
            replace=False,
            restore=True,  # somebody books this one appointment, whatever it was
            site_key=site_key,
            zone=centre.zone,
        )
        return keep_people(centre, taken, private, desk.order(asked, taken.change))

    return routes
