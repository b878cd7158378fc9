"""What a change at the centre answers: that it is done, and where it is seen."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Done(BaseModel):
    """Where what was done is seen."""

    location: str


class IssuedVersion(Done):
    """A new version, and where it is seen."""

    version: int


def done_at(location: str) -> JSONResponse:
    """Return the answer that it is done, and where it is seen."""
    return JSONResponse({"location": location}, status_code=201)


def version_at(version: int, location: str) -> JSONResponse:
    """Return the answer that a new version is there, and where it is seen."""
    return JSONResponse({"version": version, "location": location}, status_code=201)
