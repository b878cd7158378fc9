"""Every refusal in one shape, `{"error":{"code","expected","got"}}`, with no value echoed."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from gate_agent.http.bodies import Unfit

_EXPECTED = {
    400: "a JSON body",
    404: "a path of this interface",
    405: "another method for this path",
}


class Fault(BaseModel):
    """Why a request was refused; holds no value of the request."""

    code: str
    expected: str
    got: str


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

    error: Fault


def refusal(status: int, *, code: str, expected: str, got: str) -> JSONResponse:
    """Return a refusal as a response: what was expected, and what came."""
    fault = Fault(code=code, expected=expected, got=got)
    return JSONResponse(ErrorBody(error=fault).model_dump(), status_code=status)


def refused(status: int, exc: Exception, *, code: str) -> JSONResponse:
    """Return a refusal made of a fault whose text reads "expected this, got that"."""
    expected, _, got = str(exc).removeprefix("expected ").partition(", got ")
    return refusal(status, code=code, expected=expected, got=got or "another")


def told(unfit: Unfit) -> JSONResponse:
    """Return the refusal of a body that no route takes."""
    return refused(unfit.status, unfit, code=unfit.code)


def install_refusals(app: FastAPI) -> None:
    """Make every failure of `app` answer in our shape."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(Unfit, _unfit)
    app.add_exception_handler(Exception, _failed)


def _invalid(_: Request, exc: Exception) -> JSONResponse:
    """Name the fields and pydantic's kind of fault: a stray key is the caller's own word."""
    if not isinstance(exc, RequestValidationError):
        raise TypeError(f"expected RequestValidationError, got {type(exc).__name__}")
    expected, got = [], []
    for error in exc.errors():
        stray = error["type"] == "extra_forbidden"
        fields = error["loc"][1:-1] if stray else error["loc"][1:]
        place = ".".join(map(str, fields)) or "body"
        expected.append(f"{place}: {'expected known keys only' if stray else error['msg']}")
        got.append(f"{place}: {error['type']}")
    return refusal(422, code="invalid", expected="; ".join(expected), got="; ".join(got))


def _unfit(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, Unfit):
        raise TypeError(f"expected Unfit, got {type(exc).__name__}")
    return told(exc)


def _unknown(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, HTTPException):
        raise TypeError(f"expected HTTPException, got {type(exc).__name__}")
    expected = _EXPECTED.get(exc.status_code, "a request this interface knows")
    code = f"http_{exc.status_code}"
    return refusal(exc.status_code, code=code, expected=expected, got="another request")


def _failed(_: Request, exc: Exception) -> JSONResponse:
    return refusal(500, code="failed", expected="an answer", got=f"a fault: {type(exc).__name__}")
