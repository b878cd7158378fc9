"""Looks for what somebody planted in the store, at the start and ever after: an alarm names it."""

from __future__ import annotations

import logging

from gate_agent.contract.moment import format_utc
from gate_collector.alarms.book import AlarmKind, raise_alarm, standing
from gate_collector.centre import Centre
from gate_collector.store.planted import planted

_NAMED, _LONGEST = 5, 400
_LOG = logging.getLogger(__name__)


def watch_planted(centre: Centre) -> None:
    """Raise the alarm of what this version does not make; a person clears it."""
    with centre.engine.begin() as connection:
        there = [str(one) for one in planted(connection)]
        if not there:
            return
        more = [f"and {len(there) - _NAMED} more"] if len(there) > _NAMED else []
        detail = ", ".join([*there[:_NAMED], *more])
        if any(
            one.kind == AlarmKind.PLANTED and one.detail == detail for one in standing(connection)
        ):
            return
        raise_alarm(connection, AlarmKind.PLANTED, "", detail, format_utc(centre.now))
    _LOG.error("expected the schema of this version in the store, got also: %s", detail)
