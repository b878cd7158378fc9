"""Whatever comes: set aside and counted, never a crash, and the good ones are taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collector.recorded_gates import GATE, SITE, Gate, passage
from collector.running_centre import Centre
from gate_agent.contract.messages import Topics
from gate_collector.ingest.arrival import LONGEST_BODY, ArrivedMessage, Unusable, read_event
from gate_collector.store.opening import open_store
from gate_collector.store.schema import QUARANTINE
from postgres import Cluster

_TOPIC = Topics(site=SITE, gate=GATE).event(passage(1).severity)
_GOOD = json.loads(Gate().append(passage(1)).body)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_ODD: st.SearchStrategy[object] = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "9" * 20,
        "0" * 20,
        "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠١",
        "2026-99-99T99:99:99.999Z",
        "٢٠٢٦-11-24T02:00:00.000Z",
        "-" * 70_000,
        2**63,
        -(2**70),
        1e308,
        [],
        {},
        None,
    ]
)


@st.composite
def _spoiled(draw: st.DrawFn) -> bytes:
    """A good event with some of its attributes, or of its data's, made odd."""
    body = json.loads(json.dumps(_GOOD))
    for _ in range(draw(st.integers(1, 3))):
        data = body["data"]
        part = draw(st.sampled_from([body, data])) if data and isinstance(data, dict) else body
        part[draw(st.sampled_from(sorted(part)))] = draw(_ODD | _JSON)
    return json.dumps(body).encode()


_PAYLOADS = st.binary(max_size=300) | _JSON.map(lambda v: json.dumps(v).encode()) | _spoiled()
_TOPICS = st.just(_TOPIC) | st.text(max_size=40) | st.text(max_size=9).map(
    lambda gate: f"gate/v1/{SITE}/{gate}/event/routine"
)  # fmt: skip


def _with(**changes: object) -> bytes:
    return json.dumps(_GOOD | changes).encode()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Centre, Gate]]:
    """One collector for all examples, and a good gate beside the odd one."""
    path: Path = tmp_path_factory.mktemp("arbitrary") / "collector.sqlite"
    url = f"sqlite:///{path}"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.database()
    engine = open_store(url)
    with Centre(engine) as centre:
        yield centre, Gate("central-2f")
    engine.dispose()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(topic=_TOPICS, payload=_PAYLOADS)
@example(_TOPIC, _with(type="\x00"))
@example(_TOPIC, _with(time="2026-99-99T99:99:99.999Z"))
@example(_TOPIC, _with(recordedtime="0000-00-00T00:00:00.000Z"))
@example(_TOPIC, _with(sequence="9" * 20))
@example(_TOPIC, _with(sequence="0" * 20))
@example(_TOPIC, _with(data=_GOOD["data"] | {"passage_id": "\x00"}))
@example(_TOPIC, _with(data=_GOOD["data"] | {"passage_id": "\ud800"}))
@example(_TOPIC, b"[" * 100_000)
@example("/state", b"\x00")
@example(f"gate/v1/{SITE}/{GATE}/state", b"{}")
def test_the_writer_lives_and_takes_the_good_ones(
    lasting: tuple[Centre, Gate], topic: str, payload: bytes
) -> None:
    centre, good = lasting
    (event,) = good.passages(1)

    centre.ingest.offer(ArrivedMessage(topic, payload))
    centre.take(event)

    assert centre.ingest.alive
    assert centre.ingest.failing == ""
    told = dict(centre.receipts)["central-2f"]
    assert (told.upto, told.link) == (len(good.events), good.link.hex())
    try:
        read_event(ArrivedMessage(topic, payload), SITE)
    except Unusable:
        if not topic.endswith("/state"):
            aside = centre.rows(QUARANTINE, bodysha256=sha256(payload).digest())
            assert len({row.gate for row in aside}) == len(aside) >= 1  # once of each who sent it
            assert all(payload.startswith(bytes(row.body)) for row in aside)


def test_a_body_that_is_too_long_is_set_aside_by_its_beginning(centre: Centre) -> None:
    long = ArrivedMessage(_TOPIC, b"x" * (LONGEST_BODY + 1))

    centre.take(long, long)

    (aside,) = centre.rows(QUARANTINE)
    assert aside.why == f"expected at most {LONGEST_BODY} bytes, got {LONGEST_BODY + 1}"
    assert (aside.times, len(aside.body)) == (2, 64 * 1024)
    assert centre.standing() == {("refused", "")}, "of a door that nobody knows"
    assert centre.receipts == []


@pytest.mark.parametrize(
    "topic",
    [
        "gate/v1/hall-01/central-2f/event/routine",
        "gate/v1/hall-01/WEST/event/routine",
        "gate/v1/hall-01",
    ],
)
def test_an_event_on_the_topic_of_another_is_set_aside(centre: Centre, topic: str) -> None:
    event = Gate().append(passage(1))

    centre.take(ArrivedMessage(topic, event.body))

    assert centre.sequences() == []
    (aside,) = centre.rows(QUARANTINE)
    assert "another gate" in aside.why
    assert [kind for kind, _ in centre.standing()] == ["refused"]


def test_an_event_of_another_hall_is_set_aside(centre: Centre) -> None:
    event = json.loads(Gate().append(passage(1)).body) | {"source": f"/gates/hall-02/{GATE}"}

    centre.take(ArrivedMessage(_TOPIC, json.dumps(event).encode()))

    (aside,) = centre.rows(QUARANTINE)
    assert (aside.gate, aside.sequence) == (GATE, 1)
    assert "another gate" in aside.why


def test_an_event_of_a_type_that_is_not_known_yet_is_stored(centre: Centre) -> None:
    gate = Gate()
    event = json.loads(gate.append(passage(1)).body) | {"type": "gate.lamp.lit.v1", "data": {}}

    centre.take(ArrivedMessage(_TOPIC, json.dumps(event).encode()))

    assert [row.type for row in centre.rows()] == ["gate.lamp.lit.v1"]
    assert centre.receipt.upto == 1
