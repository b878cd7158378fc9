"""What is dropped when nothing else is left: passages, counted; a hold never (弃通行不弃暂留)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import (
    AppointmentMade,
    ContactRead,
    EventsDropped,
    PassageDecided,
    PassageGrouped,
    PassageLeft,
    PassageMarked,
    PersonRegistered,
)
from gate_agent.store.transaction import Draft

_OF_A_PASSAGE = (
    PassageGrouped, PassageLeft, PassageMarked, AppointmentMade, PersonRegistered,
)  # fmt: skip


def may_be_dropped(drafts: Sequence[Draft]) -> bool:
    """Tell whether these are a passage alone: its outcome without a hold, its registration."""
    return bool(drafts) and all(
        (isinstance(draft.record, PassageDecided) and draft.record.hold_id is None)
        or isinstance(draft.record, _OF_A_PASSAGE)
        or (isinstance(draft.record, ContactRead) and draft.record.hold_id is None)
        for draft in drafts
    )


class Tally:
    """Counts what was dropped until it is told."""

    def __init__(self) -> None:
        self.total = 0
        self._types: Counter[str] = Counter()
        self._since = self._until = ""

    def __bool__(self) -> bool:
        return bool(self._types)

    def add(self, drafts: Sequence[Draft]) -> None:
        """Count these."""
        for draft in drafts:
            when = format_utc(draft.at.utc)
            self._since = self._since or when
            self._until = when
            self._types[draft.record.TYPE] += 1
            self.total += 1

    def take(self, cause: str) -> EventsDropped:
        """Return the record of what was counted since the last one."""
        record = EventsDropped(
            count=self._types.total(),
            types=dict(self._types),
            since=self._since,
            until=self._until,
            cause=cause,
        )
        self._types.clear()
        self._since = self._until = ""
        return record
