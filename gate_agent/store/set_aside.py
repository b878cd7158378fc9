"""Sets a damaged journal aside, whole, so that a new one can begin in its place (损坏隔离)."""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import HoldOpened, HoldState, HoldStep, JournalReplaced
from gate_agent.errors import GateError, StorageError
from gate_agent.host.files import sync_folder
from gate_agent.store.reader import HoldRow, JournalReader
from gate_agent.store.transaction import Draft
from gate_agent.store.watermark import read_mark

_PARTS = ("", "-wal", "-shm", ".head")


def set_aside(path: Path, cause: str, now: Moment) -> list[Draft]:
    """Rename the journal's files; return what the new one begins with.

    That is the event which says so, and the holds that could still be read. StorageError if the
    disk does not let us.
    """
    mark = read_mark(path)
    drafts = _holds(path, now)
    kept = next(
        name
        for number in itertools.count(1)
        if not path.with_name(name := f"{path.name}.damaged-{number}").exists()
    )
    try:
        for part in _PARTS:
            old = path.with_name(path.name + part)
            if old.exists():
                old.rename(path.with_name(kept + part))
        sync_folder(path.parent)
    except OSError as exc:
        raise StorageError(f"{path}: expected to set it aside, got: {exc.strerror}") from exc
    replaced = JournalReplaced(
        cause=cause,
        kept_as=kept,
        previous_epoch=None if mark is None else mark.epoch,
        previous_sequence=None if mark is None else mark.sequence,
    )
    return [Draft(record=replaced, at=now), *drafts]


def _holds(path: Path, now: Moment) -> list[Draft]:
    """Return what opens the holds anew that the damaged journal still shows; [] if it cannot."""
    try:
        with closing(JournalReader(path, older=True)) as reader:
            rows = reader.open_holds()
            noted = [(event.record(), event.drill) for event in reader.of_holds.cases()]
    except (GateError, ValueError):
        return []
    drafts = []
    for row in rows:
        own = [
            Draft(record=record, at=now, drill=drill)
            for record, drill in noted
            if record is not None and getattr(record, "hold_id", None) == row.hold_id
        ]
        opened = [draft for draft in own if isinstance(draft.record, HoldOpened)][:1]
        since = [draft for draft in own if not isinstance(draft.record, HoldOpened)]
        steps = [draft.record.step for draft in since if isinstance(draft.record, HoldStep)]
        drafts += opened or [_opened(row, now)]
        drafts += since
        if row.state is not HoldState.FLAGGED and row.state not in steps[-1:]:
            drafts.append(_stepped(row, now))  # its own event cannot be read any more
    return drafts


def _opened(row: HoldRow, now: Moment) -> Draft:
    opened = HoldOpened(
        hold_id=row.hold_id,
        passage_id=row.passage_id,
        person_ref=row.person_ref,
        category=row.category,
        reason=row.reason,
        surface_centi_c=row.surface_centi_c,
        opened=row.opened,
        deadline_s=row.due_s or 0,
    )
    return Draft(record=opened, at=now, drill=row.drill)


def _stepped(row: HoldRow, now: Moment) -> Draft:
    step = HoldStep(
        hold_id=row.hold_id,
        step=row.state,
        by="gate",
        at=format_utc(now.utc),
        contact_centi_c=row.contact_centi_c,
        note="carried over from a damaged journal",
        deadline_s=row.due_s,
    )
    return Draft(record=step, at=now, drill=row.drill)
