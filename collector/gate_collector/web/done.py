"""What a change at the centre answers: that it is done, and where it is seen."""

from __future__ import annotations

from pydantic import BaseModel


class Done(BaseModel):
    """Where what was done is seen."""

    location: str


class IssuedVersion(Done):
    """A new version, and where it is seen."""

    version: int
