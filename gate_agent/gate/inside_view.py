"""What a screen shows of who is inside (在馆人员): masked, longest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from gate_agent.contract.identity import mask_name, mask_number
from gate_agent.contract.messages import PersonSeen
from gate_agent.contract.moment import Moment
from gate_agent.domain.inside import Inside
from gate_agent.errors import StorageError
from gate_agent.gate.screen_state import InsideElsewhere, InsideLine, InsideView, PersonView
from gate_agent.store.reader import JournalReader

ENTRY_DIGITS = 16  # of a reference: as much as names one person of a day
_MOST_ELSEWHERE = 200


def inside_view(
    inside: Inside,
    now: Moment,
    reader: JournalReader,
    elsewhere: Iterable[PersonSeen] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> InsideView:
    """Return who was let in here and was not seen leaving; and whom other doors let in today."""
    others = [seen for seen in elsewhere if inside.of(seen.person_ref) is None]
    return InsideView(
        count=inside.count,
        unnamed_left=inside.unnamed_left,
        people=tuple(
            InsideLine(
                passage_id=one.passage_id,
                person=_masked(one.person_ref, reader),
                category=one.category,
                since=one.since,
                inside_s=one.inside_s(now),
            )
            for one in inside.entered
        ),
        elsewhere=tuple(
            InsideElsewhere(
                entry=seen.person_ref[:ENTRY_DIGITS],
                person=_masked(seen.person_ref, reader),
                door=names.get(seen.gate, seen.gate),
                since=seen.time,
            )
            for seen in others[:_MOST_ELSEWHERE]
        ),
    )


def _masked(person_ref: str | None, reader: JournalReader) -> PersonView | None:
    try:
        row = None if person_ref is None else reader.person(person_ref)
    except StorageError:
        return None
    if row is None:
        return None
    return PersonView(name=mask_name(row.name.reveal()), number=mask_number(row.number.reveal()))
