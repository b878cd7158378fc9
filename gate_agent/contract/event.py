"""An event as its reader takes it: what it says of itself, and its record as far as it is known."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import create_model

from gate_agent.contract.at_once import read_at_once
from gate_agent.contract.messages import Attributes, Envelope, EnvelopeRead, parse_record
from gate_agent.contract.record import Record, Severity
from gate_agent.contract.records import BY_TYPE
from gate_agent.contract.wire import parse_in_steps
from gate_agent.errors import ContractError

_TYPE = b'"type":"'
_RECORDS = {kind.encode(): record for kind, record in BY_TYPE.items()}


class EventRead(NamedTuple):
    """An event; without its record where this version cannot read it. `unread` names what not."""

    attributes: Attributes
    record: Record | None
    unread: tuple[str, ...] = ()


class _Known(Attributes):
    data: Record


def parse_event(body: bytes) -> EventRead:
    """Return the event that `body` holds. Raises ContractError, which names no content.

    A newer door's event is as much a link of the chain as any: it is never refused for its data.
    """
    known = _at_once(body)
    return parse_event_in_steps(body) if known is None else EventRead(known, known.data)


def parse_event_in_steps(body: bytes) -> EventRead:
    """Return the same, whatever stands in it."""
    parsed = parse_in_steps(EnvelopeRead, body)
    record, unread = _record(parsed.value)
    all_unread = dict.fromkeys((*parsed.unread, *parsed.value.absent, *unread))
    return EventRead(parsed.value, record, tuple(all_unread))


def _at_once(body: bytes) -> _Known | None:
    """Return the event in one pass, its record with it; None where that may be something else."""
    begin = body.find(_TYPE) + len(_TYPE)  # where it is not the event's own, the model refuses it
    record = _RECORDS.get(body[begin : body.find(b'"', begin)])
    return None if record is None else read_at_once(_known(record), body)


@lru_cache
def _known(record: type[Record]) -> type[_Known]:
    """Return the model of an event with this record."""
    fields: dict[str, Any] = {"type": (Literal[record.TYPE], ...), "data": (record, ...)}
    return create_model(f"{record.__name__}Event", __base__=_Known, **fields)


def _record(envelope: Envelope) -> tuple[Record | None, tuple[str, ...]]:
    """Return the data as its model, as far as it can be read, and what cannot."""
    try:
        parsed = parse_record(envelope)
    except ContractError:
        return None, ("data",)
    if parsed is None:
        return None, ("type",) if envelope.severity is Severity.URGENT else ()
    return parsed.value, tuple(f"data.{path}" for path in parsed.unread)
