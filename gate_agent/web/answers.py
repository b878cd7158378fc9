"""What the door's interface is about and answers beside its own, and how a refused tap is told."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from gate_agent.gate.errors import RequestRefused
from gate_agent.http.answers import ErrorBody, install_refusals, refusal

TAGS: Mapping[str, str] = {
    "screen": "What the guard screen shows, masked",
    "guard": "What a guard does: register, overrule, hold, count who leaves",
    "duties": "Disinfection, supplies and the shift",
    "thermometer": "Measured by hand, checked against a reference",
    "people": "Who signs on, and what a supervisor may look at",
    "visitor": "What the visitor display shows: no name, no temperature",
    "operations": "Health and figures",
}
ANSWERS: dict[int | str, dict[str, object]] = {
    400: {"model": ErrorBody, "description": "a host that is not this machine"},
    401: {"model": ErrorBody, "description": "somebody must sign on first"},
}
REFUSALS = ANSWERS | {
    403: {
        "model": ErrorBody,
        "description": "a request of another site's page, or without the session's token or role",
    },
    404: {"model": ErrorBody, "description": "no such passage or hold at this door"},
    409: {"model": ErrorBody, "description": "not where this could be done"},
    413: {"model": ErrorBody, "description": "more than 16 KiB"},
    415: {"model": ErrorBody, "description": "not application/json"},
    422: {"model": ErrorBody, "description": "a value is not what it must be"},
    429: {"model": ErrorBody, "description": "a PIN is tried too often: Retry-After"},
    503: {
        "model": ErrorBody,
        "description": "the journal cannot write: nothing is permitted",
    },
}


def install_answers(app: FastAPI) -> None:
    """Make every failure of `app` answer in our shape."""
    install_refusals(app)
    app.add_exception_handler(RequestRefused, _refused)


def _refused(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, RequestRefused):
        raise TypeError(f"expected Refused, got {type(exc).__name__}")
    return refusal(exc.status, code=exc.code, expected=exc.expected, got=exc.got)
