"""What the hall's office records when the district took a report: checked, and kept for good."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import Engine

from gate_agent.contract.free_text import file_reference, without_number
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.errors import AskedInVain
from gate_agent.words import word
from gate_collector.ledger.district import is_district
from gate_collector.papers.content import CaseFacts
from gate_collector.roles.session import By
from gate_collector.store.schema_office import DISTRICT

_NUMBER = re.compile(r"(?=.*[0-9])[0-9A-Za-z\u4e00-\u9fff\u3014\u3015()\[\]【】._/#-]{1,40}")
_SLACK = timedelta(minutes=1)  # a clerk writes minutes
_OFFERED = ("reported_to.district", "reported_to.cdc")


class Unbelievable(AskedInVain):
    """What was recorded cannot be; `code` says why in a word."""


def _number(text: str | None) -> str:
    if text is None:
        return ""
    if not _NUMBER.fullmatch(text):
        raise ValueError("expected a file's number of at most 40 letters, digits, brackets")
    return text


class DistrictEntry(BaseModel):
    """区防疫部门已接报: which office was told, when, who took it, under which number."""

    model_config = ConfigDict(extra="forbid")
    by: By
    told: datetime = Field(description="by the hall's clock, in minutes")
    to: str = Field(min_length=1, max_length=40)
    taken_by: Annotated[str, AfterValidator(without_number)] = Field(
        min_length=1, max_length=20, description="接报人: surname and title"
    )
    reference: Annotated[str, BeforeValidator(lambda text: _number(_form(text)))] = Field(
        "", description="受理编号; empty while it is not given"
    )


def _form(text: object) -> str | None:
    """Return a number in its one form. Raises ValueError for a person's number."""
    number = file_reference(text)
    if number is not None and not isinstance(number, str):
        raise ValueError("expected a text")
    return number


def offices(policy: Policy) -> tuple[str, ...]:
    """Return the district's offices that can be told: those of the call list first."""
    called: Iterable[str] = (call.post for call in policy.calls if is_district(call.post))
    return tuple(dict.fromkeys((*called, *map(word, _OFFERED))))


def record_told(
    engine: Engine, facts: CaseFacts, entry: DistrictEntry, *,
    offered: tuple[str, ...], role: str, now: datetime, zone: tzinfo,
) -> None:  # fmt: skip
    """Keep what the office says. Raises Unbelievable."""
    at = entry.told
    at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    if entry.to not in offered:
        raise Unbelievable("office", "expected an office that is offered, got another")
    if at > now + _SLACK:
        raise Unbelievable("future", "expected a time that is past, got one to come")
    if facts.is_opened_certain and at + _SLACK < parse_utc(facts.opened):
        raise Unbelievable("before", "expected a time after the hold began, got one before it")
    row = {
        "gate": facts.gate,
        "hold_id": facts.hold_id,
        "told": format_utc(at),
        "to": entry.to,
        "taken_by": entry.taken_by,
        "reference": entry.reference,
        "by": entry.by,
        "role": role,
        "recorded": format_utc(now),
    }
    with engine.begin() as connection:
        connection.execute(DISTRICT.insert().values(row))
