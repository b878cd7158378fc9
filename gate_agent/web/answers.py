"""Every refusal in one shape, `{"error":{"code","expected","got"}}`, with no value echoed."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from gate_agent.gate.errors import Refused
from gate_agent.web import bodies

_KNOWN_FIELDS = frozenset(
    name
    for model in vars(bodies).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name in model.model_fields
)
REFUSALS: dict[int | str, dict[str, object]] = {
    400: {"model": bodies.ErrorBody, "description": "a host that is not this machine"},
    401: {"model": bodies.ErrorBody, "description": "somebody must sign on first"},
    403: {
        "model": bodies.ErrorBody,
        "description": "a request of another site's page, or without the session's token or role",
    },
    404: {"model": bodies.ErrorBody, "description": "no such passage or hold at this door"},
    409: {"model": bodies.ErrorBody, "description": "not where this could be done"},
    413: {"model": bodies.ErrorBody, "description": "more than 16 KiB"},
    415: {"model": bodies.ErrorBody, "description": "not application/json"},
    422: {"model": bodies.ErrorBody, "description": "a value is not what it must be"},
    429: {"model": bodies.ErrorBody, "description": "a PIN is tried too often: Retry-After"},
    503: {
        "model": bodies.ErrorBody,
        "description": "the journal cannot write: nothing is permitted",
    },
}
_EXPECTED = {
    400: "a JSON body",
    404: "a path of this interface",
    405: "another method for this path",
}


def answer(status: int, *, code: str, expected: str, got: str) -> JSONResponse:
    """Return a refusal as a response."""
    fault = bodies.Fault(code=code, expected=expected, got=got)
    return JSONResponse(bodies.ErrorBody(error=fault).model_dump(), status_code=status)


def install_answers(app: FastAPI) -> None:
    """Make every failure of `app` answer in our shape."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


def _refused(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, Refused):
        raise TypeError(f"expected Refused, got {type(exc).__name__}")
    return answer(exc.status, code=exc.code, expected=exc.expected, got=exc.got)


def _invalid(_: Request, exc: Exception) -> JSONResponse:
    """Name our own fields and pydantic's kind of fault: a stray key may itself be a number."""
    if not isinstance(exc, RequestValidationError):
        raise TypeError(f"expected RequestValidationError, got {type(exc).__name__}")
    expected, got = [], []
    for error in exc.errors():
        fields = [part for part in error["loc"][1:] if part in _KNOWN_FIELDS]
        place = ".".join(map(str, fields)) or "body"
        expected.append(f"{place}: {error['msg']}")
        got.append(f"{place}: {error['type']}")
    return answer(422, code="invalid", expected="; ".join(expected), got="; ".join(got))


def _http(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, HTTPException):
        raise TypeError(f"expected HTTPException, got {type(exc).__name__}")
    expected = _EXPECTED.get(exc.status_code, "a request this interface knows")
    return answer(
        exc.status_code, code=f"http_{exc.status_code}", expected=expected, got="another request"
    )


def _failed(_: Request, exc: Exception) -> JSONResponse:
    return answer(500, code="failed", expected="an answer", got=f"a fault: {type(exc).__name__}")
