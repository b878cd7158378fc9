"""What a step asks of the world: values only, carried out by the engine.

The effects of one step are one journal transaction, in their order. What restricts (Alarm,
Refuse) is done at once; what permits (Admit) comes last, and only after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gate_agent.contract.identity import Person
from gate_agent.contract.records import Record
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.errors import GateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A visitor to be registered (实名登记): sealed for the collector, kept for the guard."""

    passage_id: str
    person: Person
    details: RegistrationDetails
    notice_version: int = 0
    by: str | None = None
    with_passage: str | None = None  # of whom a companion came with
    adult: Person | None = None  # who that is


@dataclass(frozen=True, slots=True)
class WriteEvent:
    """Append this record to the journal (审计日志)."""

    record: Record
    drill: bool = False


@dataclass(frozen=True, slots=True)
class SealRegistration:
    """Seal and append this registration; it stands before the decision it belongs to."""

    registration: Registration


@dataclass(frozen=True, slots=True)
class Admit:
    """Open the gate (放行), once everything of this step is durable."""

    passage_id: str


@dataclass(frozen=True, slots=True)
class CallGuard:
    """Call the guard to this hold (报警), now."""

    hold_id: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Keep the gate shut, and show why (劝返 or 复测), now."""

    passage_id: str


@dataclass(frozen=True, slots=True)
class FindContacts:
    """Look for passages near this hold, and bring them as ContactsFound."""

    hold_id: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something came that was not expected here; counted by `text`, which names no person."""

    text: str


Effect = WriteEvent | SealRegistration | Admit | CallGuard | Refuse | FindContacts | Note
Effects = tuple[Effect, ...]
Refusal = Literal["not_found", "out_of_turn", "invalid"]


class StepRefused(GateError):  # noqa: N818 it is an answer, not a failure
    """A guard's request cannot be done; the door is as it was. No personal data in the text."""

    def __init__(self, code: Refusal, expected: str, got: str) -> None:
        self.code: Refusal = code
        self.expected = expected
        self.got = got
        super().__init__(f"expected {expected}, got {got}")
