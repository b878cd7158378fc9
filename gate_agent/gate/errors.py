"""Why the gate refuses what a screen asked of it; the web layer turns these into answers."""

from __future__ import annotations

from gate_agent.domain.effects import StepRefused
from gate_agent.errors import GateError


class RequestRefused(GateError):  # noqa: N818 it is an answer, not a failure
    """The gate refuses a request: what it expected, and what came. No personal data in either."""

    status = 409
    code = "refused"

    def __init__(self, *, expected: str, got: str) -> None:
        self.expected = expected
        self.got = got
        super().__init__(f"expected {expected}, got {got}")


class NotFound(RequestRefused):
    """No such passage or hold at this door."""

    status = 404
    code = "not_found"


class OutOfTurn(RequestRefused):
    """The passage or hold is not where this could be done."""

    status = 409
    code = "out_of_turn"


class Invalid(RequestRefused):
    """A value is not what it must be."""

    status = 422
    code = "invalid"


class JournalUnavailable(RequestRefused):
    """The journal cannot write: nothing that permits is done."""

    status = 503
    code = "journal_unavailable"


_REFUSALS = {"not_found": NotFound, "out_of_turn": OutOfTurn, "invalid": Invalid}


def refused(answer: StepRefused) -> RequestRefused:
    """Turn a refusal of the pure door into one of the gate."""
    return _REFUSALS[answer.code](expected=answer.expected, got=answer.got)
