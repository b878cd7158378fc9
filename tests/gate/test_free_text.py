"""What a guard writes freely may name somebody: no record has it in clear."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from gate.at_work import ZONE, AtWork, at_work, in_loop
from gate_agent.config.keyfile import load_key, public_half
from gate_agent.config.model import KeysSection
from gate_agent.contract.free_text import free_fields, sealed_box
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.messages import LINK_0, Header, encode_body
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import (
    BY_TYPE,
    Decision,
    HoldNoted,
    HoldState,
    HoldStep,
    NoteKind,
    Record,
    ShiftNoted,
)
from gate_agent.contract.wire import validated
from gate_agent.domain.events import (
    GuardOverrode,
    HoldStepped,
    NoteTaken,
    SymptomsDeclared,
)
from gate_agent.gate.duties import DutyBook
from gate_agent.gate.sealing import Sealing
from gate_agent.store.journal import Draft
from gate_agent.store.keys import resolve_keys
from gate_agent.store.seal import key_id, open_sealed
from gate_agent.testing import FakeClock
from gate_agent.words import word
from project.record_samples import SAMPLES

AT = "2026-11-24T04:00:00.000Z"
NAME, NUMBER = "欧阳若曦", "13912345678"
CANARY = f"问过{NAME}，电话 {NUMBER}"
# What is no free text: ids, codes of the program, posts and names of the policy.
NEVER_TYPED = {
    "passage_id", "hold_id", "contact_id", "person_ref", "key_id", "sealed", "subject",
    "version", "boot", "config_sha256", "driver", "device", "previous_epoch", "kept_as",
    "policy_sha256", "other", "profile", "day", "made", "area", "item", "sha256", "request", "gate",
    "elsewhere", "outcome", "opened", "decided", "started", "closed", "entered", "at", "since",
    "until",
    "left", "listed", "booted", "time", "code", "order_id", "ordered_by",
    "types", "counters", "device_lost_s",
    "link_before", "link_after", "unread", "by", "on_duty", "with_passage", "with_ref",
}  # fmt: skip
CODES = {  # the same name is free text elsewhere
    ("gate.hold.opened.v1", "reason"),
    ("gate.agent.stopped.v1", "reason"),
    ("gate.coverage.lost.v1", "reasons"),
    ("gate.hold.overdue.v1", "to"),
    ("gate.hold.closed.v1", "into"),
    ("gate.device.changed.v1", "cause"),
    ("gate.store.changed.v1", "cause"),
    ("gate.events.dropped.v1", "cause"),
    ("gate.journal.replaced.v1", "cause"),
}


def texts_of(model: type[BaseModel]) -> Iterator[str]:
    """Yield the fields of a record that hold text of any length."""
    for name, field in model.model_fields.items():
        kinds = {field.annotation, *get_args(field.annotation)}
        of_many = {one for kind in kinds for one in get_args(kind)}
        if str in kinds or str in of_many:
            yield name


@pytest.fixture
def sealing(tmp_path: Path) -> Sealing:
    keys = resolve_keys(KeysSection(), tmp_path)
    return Sealing(keys, tmp_path / "texts.box", Policy)


@pytest.mark.parametrize("model", BY_TYPE.values(), ids=lambda model: model.TYPE)
def test_every_text_of_every_record_is_free_and_sealed_or_never_typed(
    model: type[Record], sealing: Sealing
) -> None:
    free = set(free_fields(model))
    typed = {name for name in texts_of(model) if (model.TYPE, name) not in CODES}
    assert typed - free <= NEVER_TYPED
    sample = next((one for one in SAMPLES if isinstance(one, model)), None)
    if not free:
        return
    assert sample is not None, f"expected a sample of {model.TYPE}"
    many = {name for name in free if isinstance(getattr(sample, name), tuple)}
    written = sample.model_copy(
        update={name: (CANARY,) if name in many else CANARY for name in free}
    )
    now = FakeClock().now()

    (draft,) = sealing.drafts([Draft(record=written, at=now)])
    header = Header(
        site="hall-01", gate="west-1f", epoch="0" * 32, sequence=1, prev_link=LINK_0,
        occurred=now, recorded=now, boot_id="0" * 32, clock=ClockQuality.SYNCED,
    )  # fmt: skip
    body = encode_body(header, draft.record).decode()

    assert NAME not in body
    assert NUMBER not in body
    assert body.count('"sealed:') == len(free)


def test_what_a_screen_or_the_policy_offers_stays_in_clear(tmp_path: Path) -> None:
    policy = validated(Policy, {"calls": [{"post": "区疫情防控办", "phone": "010-8900 1202"}]})
    sealing = Sealing(resolve_keys(KeysSection(), tmp_path), tmp_path / "texts.box", lambda: policy)
    for text in (word("symptom.dry_cough"), "区疫情防控办", "elevated"):
        record = ShiftNoted(text=text, by="guard-1", at="2026-11-24T04:00:00.000Z")
        (draft,) = sealing.drafts([Draft(record=record, at=FakeClock().now())])
        assert draft.record == record


@pytest.mark.parametrize("number", ["第118号", "JA1203", "区接〔2026〕118号", "20261129-000031"])
def test_a_file_number_is_sealed_in_no_field_of_its_own_and_in_every_other(
    tmp_path: Path, number: str
) -> None:
    sealing = Sealing(resolve_keys(KeysSection(), tmp_path), tmp_path / "texts.box", Policy)
    step = HoldStep(hold_id="h", step=HoldState.REPORTED, by="guard-1", at=AT,
                    to=number, note=number, office_reference=number)  # fmt: skip
    called = HoldNoted(hold_id="h", kind=NoteKind.CALLED, by="guard-1", at=AT,
                       answered=True, office_reference=number)  # fmt: skip
    for record in (step, called):
        (draft,) = sealing.drafts([Draft(record=record, at=FakeClock().now())])
        assert isinstance(draft.record, HoldStep | HoldNoted)
        assert draft.record.office_reference == number
        for text in (draft.record.to, draft.record.note):
            assert text is None or sealed_box(text)


@in_loop
async def test_nothing_that_was_written_is_in_a_file_a_body_or_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = FakeClock()
    with at_work(tmp_path, clock) as door:
        await _writes_everywhere(door)
        shown = door.seen
        assert any(note.note == CANARY for hold in shown.holds for note in hold.notes)
        told = door.events
    bodies = b"".join(event.model_dump_json().encode() for event in told)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    for secret in (NAME, NUMBER):
        assert secret.encode() not in bodies
        assert [path.name for path, data in files.items() if secret.encode() in data] == []
        assert secret not in caplog.text
    with at_work(tmp_path, clock) as again:  # the next shift reads its note, after a restart too
        book = DutyBook(again.gate, reader=again.reader, zone=ZONE)
        view = book.view()
        assert view is not None
        assert view.note is not None
        assert view.note.text == CANARY
        assert CANARY in [note.note for hold in again.seen.holds for note in hold.notes]
        again.gate.sealing.forget(clock.now().utc)
        assert {note.note for hold in again.seen.holds for note in hold.notes} == {"已封存"}


async def _writes_everywhere(door: AtWork) -> None:
    """Let the guard write the canary wherever a text is taken."""
    door.measure(3420)
    door.lay(1)
    about = door.passage.passage_id
    at = door.desk.now()
    await door.desk.request(
        GuardOverrode(at=at, passage_id=about, decision=Decision.HOLD, by="guard-1", reason=CANARY)
    )
    (hold,) = door.seen.holds
    await door.acknowledge(hold.hold_id)
    details = StepDetails(contact_centi_c=3660, note=CANARY, to=CANARY, vehicle=CANARY)
    await door.desk.request(
        HoldStepped(
            at=door.desk.now(), hold_id=hold.hold_id, step=HoldState.RECHECKED, by="guard-1",
            details=details,
        )
    )  # fmt: skip
    note = NoteDetails(note=CANARY, symptoms=(CANARY,))
    await door.desk.request(
        NoteTaken(at=door.desk.now(), hold_id=hold.hold_id, kind=NoteKind.SYMPTOMS, by="guard-1",
                  details=note)
    )  # fmt: skip
    door.clear()
    await door.desk.request(
        SymptomsDeclared(
            at=door.desk.now(),
            passage_id=door.gate.door.passage.passage_id,
            by="guard-1",
            note=CANARY,
        )
    )
    note_taken = ShiftNoted(text=CANARY, by="guard-1", at="2026-11-24T04:00:00.000Z")
    assert door.gate.keep([note_taken], door.gate.now())
    await door.durable()


def test_the_collectors_key_opens_what_was_sealed(sealing: Sealing, tmp_path: Path) -> None:
    record = ShiftNoted(text=CANARY, by="guard-1", at="2026-11-24T04:00:00.000Z")
    (draft,) = sealing.drafts([Draft(record=record, at=FakeClock().now())])
    assert isinstance(draft.record, ShiftNoted)
    found = sealed_box(draft.record.text)
    assert found is not None

    private = load_key(next(path for path in tmp_path.glob("*.key") if _opens(path, found[0])))
    assert open_sealed(found[1], private) == {"text": CANARY}


def _opens(path: Path, key: str) -> bool:
    return key_id(public_half(load_key(path))) == key
