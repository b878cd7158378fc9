"""What the centre's interface answers beside its own, and how a store that fails is told."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy.exc import DataError, OperationalError
from starlette.responses import JSONResponse

from gate_agent.http.answers import ErrorBody, install_refusals, refusal

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
