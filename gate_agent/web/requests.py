"""What a guard asks of the gate over HTTP; each answers after its events are durable."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from gate_agent.gate.ports import Desk, Tap
from gate_agent.http.grants import Routes
from gate_agent.web.answers import REFUSALS
from gate_agent.web.bodies import (
    Accepted,
    AnswerRequest,
    CardRequest,
    ContactRequest,
    DepartureRequest,
    DismissalRequest,
    DrillRequest,
    FoundRequest,
    HoldNoteRequest,
    HoldStepRequest,
    ManualRequest,
    OverrideRequest,
    RegistrationRequest,
    SymptomsRequest,
    TouchRequest,
)
from gate_agent.web.grants import ALARM, NAMED, PUBLIC, SIGNED_ON
from gate_agent.web.green_bodies import AppointmentRequest, GreenRequest
from gate_agent.web.group_bodies import ArrivalRequest, CompanionRequest, GroupRequest

_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]


def build_requests(desk: Desk) -> APIRouter:
    """Return every route that changes something."""
    router = Routes(prefix="/api/v1", tags=["guard"], responses=REFUSALS)
    _about_passages(router, desk)
    _about_holds(router, desk)

    @router.post("/touch", dependencies=[PUBLIC])
    async def touch(_: TouchRequest) -> Accepted:
        """Somebody is at this guard screen; a screen says so once a minute while it is used."""
        desk.touched()
        return _accepted(desk)

    return router


def _about_passages(router: APIRouter, desk: Desk) -> None:
    @router.post("/passages/{passage_id}/registration", dependencies=[NAMED])
    async def register(passage_id: _Id, body: RegistrationRequest) -> Accepted:
        """Register the visitor of this passage (实名登记)."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/persons", dependencies=[SIGNED_ON])
    async def identify(body: ManualRequest) -> Accepted:
        """Enter a document that no reader reads (人工录入): as if its card had been laid."""
        return await _done(desk, body.event(desk.now()))

    @router.post("/passages/{passage_id}/override", dependencies=[SIGNED_ON])
    async def override(passage_id: _Id, body: OverrideRequest) -> Accepted:
        """Overrule the decision of this passage (更改结论)."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/green", dependencies=[SIGNED_ON])
    async def green(passage_id: _Id, body: GreenRequest) -> Accepted:
        """Let this person come by the green channel (绿色通道), or no more."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/appointment", dependencies=[SIGNED_ON])
    async def appointment(passage_id: _Id, body: AppointmentRequest) -> Accepted:
        """Book this person on the spot (现场补预约)."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/group", dependencies=[NAMED])
    async def group(passage_id: _Id, body: GroupRequest) -> Accepted:
        """Say how many go in with this person (随行 n 人), or split the group."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/companion", dependencies=[NAMED])
    async def companion(passage_id: _Id, body: CompanionRequest) -> Accepted:
        """Say with whom this person came (同行), or that it is with nobody."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/arrival", dependencies=[NAMED])
    async def arrival(passage_id: _Id, body: ArrivalRequest) -> Accepted:
        """Say that one of this person's companions is here, whom no thermometer measures."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/card", dependencies=[NAMED])
    async def card(passage_id: _Id, body: CardRequest) -> Accepted:
        """Say whether the card that named this person is theirs (是不是他的证件)."""
        return await _done(desk, body.event(desk.now(), passage_id))

    @router.post("/passages/{passage_id}/dismissal", dependencies=[NAMED])
    async def dismiss(passage_id: _Id, body: DismissalRequest | None = None) -> Accepted:
        """End this passage: the person went away."""
        return await _done(desk, (body or DismissalRequest()).event(desk.now(), passage_id))

    @router.post("/found", dependencies=[SIGNED_ON])
    async def found(body: FoundRequest) -> Accepted:
        """Hold somebody who is ill inside the hall (厅内发现)."""
        return await _done(desk, body.event(desk.now()))

    @router.post("/departures", dependencies=[SIGNED_ON])
    async def left(body: DepartureRequest) -> Accepted:
        """Count who left the hall (离场)."""
        return await _done(desk, body.event(desk.now()))

    @router.post("/symptoms", dependencies=[SIGNED_ON])
    async def symptoms(body: SymptomsRequest) -> Accepted:
        """Hold somebody at the door for declared symptoms (申报症状)."""
        return await _done(desk, body.event(desk.now()))


def _about_holds(router: APIRouter, desk: Desk) -> None:
    @router.post("/holds/{hold_id}/steps", dependencies=[ALARM])
    async def step(hold_id: _Id, body: HoldStepRequest) -> Accepted:
        """Record the next step of a hold (暂留处置)."""
        return await _done(desk, body.event(desk.now(), hold_id))

    @router.post("/doors/{gate}/holds/{hold_id}/answer", dependencies=[ALARM])
    async def answer(gate: _Id, hold_id: _Id, body: AnswerRequest) -> Accepted:
        """Acknowledge a hold of another door for the colleague (代为响应)."""
        return await _done(desk, body.event(desk.now(), gate, hold_id))

    @router.post("/holds/{hold_id}/notes", dependencies=[SIGNED_ON])
    async def note(hold_id: _Id, body: HoldNoteRequest) -> Accepted:
        """Record what was done for a held person beside the steps: calls, counselling."""
        return await _done(desk, body.event(desk.now(), hold_id))

    @router.post("/contacts/{contact_id}", dependencies=[SIGNED_ON])
    async def contact(contact_id: _Id, body: ContactRequest) -> Accepted:
        """Judge a close contact (密切接触者), up to its end."""
        return await _done(desk, body.event(desk.now(), contact_id))

    @router.post("/drills", dependencies=[SIGNED_ON])
    async def drill(body: DrillRequest) -> Accepted:
        """Practise a hold (演练): marked, never counted."""
        return await _done(desk, body.event(desk.now()))


async def _done(desk: Desk, tap: Tap) -> Accepted:
    await desk.request(tap)
    return _accepted(desk)


def _accepted(desk: Desk) -> Accepted:
    return Accepted(sequence=desk.snapshot().journal.sequence)
