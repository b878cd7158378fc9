"""The centre's interface: what it is about, answers beside its own, and says of a broken store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy.exc import DataError, OperationalError
from starlette.responses import JSONResponse

from gate_agent.http.answers import ErrorBody, install_refusals, refusal

TAGS: Mapping[str, str] = {
    "hall": "Both doors now: who passes, who is inside, what is open",
    "records": "Events as they were published, holds and reports, for other programs",
    "reports": "The daily zero report, and what a clerk enters for it",
    "cases": "One hold from its beginning to its papers",
    "contacts": "Close contacts: judged, followed, handed over",
    "policy": "Hall mode, rules, lists and versions",
    "appointments": "Appointments: found, moved, cancelled, their codes",
    "announcements": "What the public is told",
    "alerts": "Who is told, and who answered",
    "ledger": "What proves that nothing is missing, changed or late",
    "retention": "How long what is kept, and what went",
    "people": "Who signs on, with which role; programs' keys; opened names",
    "operations": "Health, figures and the overview",
}
# What a route may answer beside its own, for OpenAPI: {"error": {code, expected, got}}.
ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {
        "model": ErrorBody,
        "description": "not a body of this interface, or a host that is not this machine",
    },
    401: {"model": ErrorBody, "description": "somebody must sign on first"},
    403: {
        "model": ErrorBody,
        "description": "a request of another site's page, or without the session's token or role",
    },
    404: {"model": ErrorBody, "description": "nothing is there"},
    409: {"model": ErrorBody, "description": "not where this could be done"},
    413: {"model": ErrorBody, "description": "more than 8 MiB"},
    415: {"model": ErrorBody, "description": "not a type that is taken"},
    422: {"model": ErrorBody, "description": "a value is not what it must be"},
    429: {"model": ErrorBody, "description": "a password is tried too often: Retry-After"},
    503: {"model": ErrorBody, "description": "the store cannot be written or read"},
}


def install_answers(app: FastAPI) -> None:
    """Make every failure of `app` answer in our shape, with no value echoed."""
    install_refusals(app)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(OperationalError, _store_away)


def _unstorable(_: Request, _exc: Exception) -> JSONResponse:
    return refusal(422, code="invalid", expected="text that can be stored", got="another value")


def _store_away(_: Request, exc: Exception) -> JSONResponse:
    return refusal(503, code="store", expected="the store to answer", got=type(exc).__name__)
