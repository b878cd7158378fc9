"""Reads records as they are kept: one that breaks a rule that came later stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import TypeVar

from gate_agent.contract.record import Record
from gate_agent.contract.wire import parse_message
from gate_agent.errors import ContractError

_R = TypeVar("_R", bound=Record)
_LOG = logging.getLogger(__name__)


def read_record(model: type[_R], data: str) -> _R | None:
    """Return a record that is kept; None, and told in the log, where it cannot be read."""
    try:
        return parse_message(model, data.encode()).value
    except ContractError as exc:
        _LOG.error("a record is left out: %s", exc)
        return None


def read_records(model: type[_R], kept: Iterable[str]) -> Iterator[_R]:
    """Yield those of the records that are kept that can be read."""
    for data in kept:
        record = read_record(model, data)
        if record is not None:
            yield record
