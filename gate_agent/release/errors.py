"""Why a release is not put in place; what was there goes on."""

from __future__ import annotations

from gate_agent.errors import GateError


class ReleaseRefused(GateError):  # noqa: N818 an answer
    """The release cannot be used here; the text says what was expected and what came."""


class WentBack(GateError):  # noqa: N818 what happened
    """The new release did not hold up; the one before runs again."""
