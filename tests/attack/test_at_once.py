"""What is read at once is what is read in steps, whatever stands in it: haste loses no check."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from gate_agent.contract.at_once import read_at_once
from gate_agent.contract.door_told import AnswerTold, DoorTold, HoldTold
from gate_agent.contract.event import EventRead, parse_event, parse_event_in_steps
from gate_agent.contract.messages import (
    LINK_0,
    Envelope,
    GateState,
    Header,
    PersonSeen,
    Receipt,
    encode_body,
)
from gate_agent.contract.moment import ClockQuality, Moment, parse_utc
from gate_agent.contract.records import RECORDS, Category, DeviceState
from gate_agent.contract.signed import Warrant
from gate_agent.contract.thermometer import ThermometerState, Trust
from gate_agent.contract.wire import parse_in_steps
from gate_agent.errors import ContractError
from project.record_samples import REF, SAMPLES, UTC_TEXT
from versions.older import recorded
from versions.released import KEPT

_NOW = Moment(utc=parse_utc(UTC_TEXT), boot_ns=7)
_HEADER = Header(
    site="hall-01", gate="west-1f", epoch="ab" * 16, sequence=41, prev_link=LINK_0,
    occurred=_NOW, recorded=_NOW, boot_id="cd" * 16, clock=ClockQuality.SYNCED,
)  # fmt: skip
EVENTS = [encode_body(_HEADER, record) for record in SAMPLES]
OTHERS: list[tuple[type[BaseModel], bytes]] = [
    (Receipt, Receipt(
        epoch="ab" * 16, upto=41, link=REF, ranges=((45, 47),), missing=((42, 44),), time=UTC_TEXT,
    ).encode()),
    (GateState, GateState(
        state="online", epoch="ab" * 16, sequence=41, link=REF, pending=2, oldest_pending_s=1.5,
        clock=ClockQuality.SYNCED, devices={"thermometer": DeviceState.OK}, version="1",
        time=UTC_TEXT, name="西门", thermometer=ThermometerState(trust=Trust.TRUSTED, people=3),
    ).encode()),
    (PersonSeen, PersonSeen(person_ref=REF, gate="west-1f", time=UTC_TEXT).encode()),
    (DoorTold, DoorTold(
        gate="west-1f", time=UTC_TEXT, answers=(AnswerTold(gate="west-1f", hold_id="1"),),
        holds=(HoldTold(hold_id="1", state="flagged", opened=UTC_TEXT, category=Category.STAFF),),
    ).encode()),
    (Warrant, Warrant(site="hall-01", name="west-1f", key=REF, issued=UTC_TEXT)
        .model_dump_json().encode()),
]  # fmt: skip
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^{}\[\]:,"]+', re.DOTALL)
_ODD = [
    b"NaN", b"-Infinity", b"1e999", b"9223372036854775808", b"-1e400", b"9" * 400, b"-0", b"0.0",
    b"1E2", b"12.0", b'"12"', b"null", b"true", b"{}", b"[]", b'"brand-new"', b'"\\ud800"',
    b'"\\u0061\\":"', b'"\xff"', b'{"a":1,"a":2}', b'{"a" :1,"a":1}', b"[" * 40 + b"]" * 40,
    b'{"a":' * 40 + b"1" + b"}" * 40, b'[{"x":[1e999]}]', b"\xef\xbb\xbf", b" ", b"\t", b"", b'"',
    b'"gate.hold.closed.v1"', b'"urgent"', b'"lost"', b"18446744073709551616.0",
]  # fmt: skip
_KEYS = [b'"brand_new"', b'"type"', b'"data"', b'"\\u0074ype"', b'"hold_id"', b'"by"', b'"a\\":"']


def _spoiled(document: bytes, random: Random) -> bytes:
    """Return a message with some of what a hostile or a newer program may write in it."""
    tokens = _TOKEN.findall(document)
    keys = [at for at, token in enumerate(tokens[1:]) if token == b":"]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.choice(keys)
        key = random.choice((tokens[at], tokens[random.choice(keys)], random.choice(_KEYS)))
        value = random.choice((tokens[at + 2], random.choice(_ODD)))
        match random.randrange(6):
            case 0:
                tokens[at + 2] = random.choice(_ODD)
            case 1:  # once more, or one that nobody knows
                tokens[at] = key + b":" + value + b"," + tokens[at]
            case 2:
                tokens[at] = key
            case 3:  # a key that no count of `":` sees
                tokens[at] = key + random.choice((b" :", b"\n:", b":")) + value + b"," + tokens[at]
            case 4:
                tokens[at + 1] = random.choice((b" :", b": ", b"\t: "))
            case _:
                tokens[random.randrange(len(tokens))] = random.choice(_ODD)
    return b"".join(tokens)


def _told(event: EventRead) -> object:
    attributes = event.attributes.model_dump(exclude={"data"})
    return attributes, type(event.record), event.record, event.unread


def _outcome(read: Any, *given: Any) -> object:
    try:
        return read(*given)
    except ContractError as exc:
        return str(exc)


@settings(max_examples=500)
@given(st.sampled_from(EVENTS), st.randoms(use_true_random=False))
def test_an_event_is_read_at_once_as_in_steps(body: bytes, random: Random) -> None:
    spoiled = _spoiled(body, random)

    at_once = _outcome(lambda: _told(parse_event(spoiled)))

    assert at_once == _outcome(lambda: _told(parse_event_in_steps(spoiled)))


def _expect_the_same(model: type[BaseModel], payload: bytes) -> None:
    value = read_at_once(model, payload)
    if value is not None:
        in_steps = parse_in_steps(model, payload)
        assert (value, (), ()) == (in_steps.value, in_steps.unread, in_steps.unknown)


@settings(max_examples=400)
@given(
    st.one_of(st.sampled_from(OTHERS), st.tuples(st.just(Envelope), st.sampled_from(EVENTS))),
    st.randoms(use_true_random=False),
)
def test_a_message_is_read_at_once_as_in_steps(
    sent: tuple[type[BaseModel], bytes], random: Random
) -> None:
    model, payload = sent

    _expect_the_same(model, _spoiled(payload, random))


@pytest.mark.parametrize(("model", "payload"), OTHERS)
def test_no_odd_value_is_read_at_once_where_steps_refuse_it(
    model: type[BaseModel], payload: bytes
) -> None:
    tokens = _TOKEN.findall(payload)
    for at, token in enumerate(tokens):
        for odd in _ODD:
            if token == b":":
                _expect_the_same(model, b"".join([*tokens[: at + 1], odd, *tokens[at + 2 :]]))


@pytest.mark.parametrize("body", [*EVENTS, *(b for v in KEPT for b in recorded(v, "events"))])
def test_every_event_of_ours_is_read_at_once(body: bytes) -> None:
    event = parse_event(body)

    assert not isinstance(event.attributes, Envelope), "expected one pass, got it in steps"
    assert _told(event) == _told(parse_event_in_steps(body))


@pytest.mark.parametrize(("model", "payload"), OTHERS)
def test_every_other_message_of_ours_is_read_at_once(
    model: type[BaseModel], payload: bytes
) -> None:
    assert read_at_once(model, payload) == parse_in_steps(model, payload).value


def _models(model: type[BaseModel], known: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if model not in known:
        known.add(model)
        for field in model.model_fields.values():
            for part in _parts(field.annotation):
                _models(part, known)
    return known


def _parts(kind: Any) -> list[Any]:
    inner = [part for one in getattr(kind, "__args__", ()) for part in _parts(one)]
    return [kind] if isinstance(kind, type) and issubclass(kind, BaseModel) else inner


def test_a_message_has_as_many_fields_as_keys_were_read() -> None:
    known: set[type[BaseModel]] = set()
    models: list[type[BaseModel]] = [Envelope, *RECORDS, *(model for model, _ in OTHERS)]
    for model in models:
        _models(model, known)

    for model in known:
        rules = model.__pydantic_decorators__
        assert not rules.model_validators, f"{model.__name__}: may add or take keys before a count"
        assert all(rule.info.mode == "after" for rule in rules.field_validators.values())
        assert not any(field.alias for field in model.model_fields.values())
