"""A tap is spelled once from body to record, and every text of a body has a limit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from domain.benches import FEVER, NOON, Bench
from gate_agent.contract.contact_records import ContactUpdated, JudgementDetails
from gate_agent.contract.hold_records import HoldNoted, HoldStep, NoteDetails, StepDetails
from gate_agent.contract.records import HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.gate import ports
from gate_agent.web import bodies, duty_bodies, signon, staff_routes

# what each field of a tap may be told as; a new field needs its line here, and nothing else
TOLD: dict[str, object] = {
    "contact_centi_c": 3790,
    "to": "区疫情防控办",
    "note": "咳嗽",
    "vehicle": "负压救护车",
    "office_reference": "东疾控〔2026〕12号",
    "answered": True,
    "symptoms": ("咳嗽", "乏力"),
    "reason": "隔着玻璃",
}


def told(details: type[BaseModel]) -> dict[str, object]:
    return {name: TOLD[name] for name in details.model_fields}


def requests() -> list[type[BaseModel]]:
    modules = (bodies, duty_bodies, signon, staff_routes)
    models = [value for module in modules for value in vars(module).values()]
    taken = [one for one in models if isinstance(one, type) and issubclass(one, BaseModel)]
    return [one for one in taken if one.model_config.get("extra") == "forbid"]


def texts(schema: object, path: str = "") -> Iterator[tuple[str, set[object]]]:
    """Yield where each text of a JSON schema stands, and the names of its rules."""
    match schema:
        case {"type": "string", **rules}:
            yield path, set(rules)
        case dict():
            for name, part in schema.items():
                yield from texts(part, f"{path}/{name}")
        case list():
            for number, part in enumerate(schema):
                yield from texts(part, f"{path}/{number}")


@pytest.mark.parametrize("model", requests(), ids=lambda model: model.__name__)
def test_every_text_that_a_screen_may_send_has_a_limit(model: type[BaseModel]) -> None:
    unlimited = [
        path
        for path, rules in texts(model.model_json_schema())
        if not {"maxLength", "enum", "const", "pattern"} & rules
    ]

    assert unlimited == []


def test_the_bodies_are_found() -> None:
    assert {"HoldStepRequest", "CompanionBody", "StaffRequest"} <= {m.__name__ for m in requests()}


def test_what_a_step_brings_comes_whole_from_the_tap_to_the_record() -> None:
    bench = Bench()
    bench.steady(FEVER)
    hold_id = bench.door.holds[0].hold_id
    for more in (
        {"step": "acknowledged"},
        {"step": "rechecked", "contact_centi_c": 3790},
        {"step": "confirmed"},
        {"step": "reported", **told(StepDetails)},
    ):
        body = bodies.HoldStepRequest.model_validate({"by": "guard-1", **more})
        bench.take(body.event(bench.now, hold_id))

    (record,) = (
        one for one in bench.records if isinstance(one, HoldStep) and one.step is HoldState.REPORTED
    )
    assert record.by == "guard-1"
    assert record.model_dump(include=set(StepDetails.model_fields)) == told(StepDetails)


def test_what_a_note_says_comes_whole_from_the_tap_to_the_record() -> None:
    bench = Bench()
    bench.steady(FEVER)
    body = bodies.HoldNoteRequest.model_validate(
        {"kind": "called", "by": "guard-1", **told(NoteDetails)}
    )

    bench.take(body.event(bench.now, bench.door.holds[0].hold_id))

    record = bench.records[-1]
    assert isinstance(record, HoldNoted)
    assert record.model_dump(include=set(NoteDetails.model_fields)) == told(NoteDetails)


def test_a_judgement_and_its_record_have_the_fields_of_one_definition() -> None:
    body = bodies.ContactRequest.model_validate(
        {"state": "dismissed", "by": "guard-1", **told(JudgementDetails)}
    )

    event = body.event(NOON, "ab12-1-c1")

    assert event.details.model_dump() == told(JudgementDetails)
    assert set(JudgementDetails.model_fields) <= set(ContactUpdated.model_fields)


def test_what_is_asked_at_a_registration_comes_whole_from_the_tap_under_the_seal() -> None:
    given = {
        "phone": "13800138000",
        "landline_because": "no_mobile",
        "purpose": "社保",
        "companions": [{"name": "小明", "number": None}],
    }
    body = bodies.RegistrationRequest.model_validate({**given, "by": "guard-1"})

    event = body.event(NOON, "ab12-1")

    assert event.details.to_be_sealed() == given
    assert {"by", *given} == set(bodies.RegistrationRequest.model_fields)
    assert set(given) == set(RegistrationDetails.__dataclass_fields__)


def test_a_document_that_is_typed_prints_nobody() -> None:
    body = bodies.ManualRequest.model_validate(
        {"name": "张三", "number": "11010519491231002X", "reason": "no_card", "by": "guard-1"}
    )

    typed = body.event(NOON)

    assert isinstance(typed, ports.DocumentTyped)
    assert "张三" not in repr(typed)
    assert "1101051949" not in repr(typed)
