"""A door's word about what is another door's does nothing: every key has its gate in it."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import Connection, Engine, create_engine

from collector.hall_of_doors import ZONE
from collector.recorded_gates import BEGAN, GATE, SITE, Gate
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import (
    BY_TYPE,
    ContactListed,
    ContactState,
    HoldStep,
    PersonRegistered,
    Record,
)
from gate_agent.words import texts
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.contacts.trace import trace
from gate_collector.ingest.arrival import ArrivedMessage, Unusable, read
from gate_collector.ingest.batch import Batch
from gate_collector.roles.reveal import reveal
from gate_collector.store.opening import open_store
from gate_collector.store.schema import ABOUT, METADATA
from project.record_samples import REF, SAMPLES

OTHER = "central-2f"
AT = BEGAN + timedelta(minutes=10)
PRIVATE = bytes(range(32))
HOLD = next(one for one in SAMPLES if isinstance(one, HoldStep)).hold_id
Rows = dict[str, list[dict[str, Any]]]


def _samples(name: str) -> list[Record]:
    """Return a record of each type, the registration sealed to this centre's key."""
    told = json.dumps({"name": name, "number": "x"}).encode()
    sealed = base64.b64encode(SealedBox(PrivateKey(PRIVATE).public_key).encrypt(told)).decode()
    made: list[Record] = []
    for one in SAMPLES:
        match one:
            case PersonRegistered():
                made.append(one.model_copy(update={"sealed": sealed}))
            case ContactListed(contacts=(near,)):  # somebody else than who is held
                near = near.model_copy(update={"person_ref": "cd" * 32})
                made.append(one.model_copy(update={"contacts": (near,)}))
            case _:
                made.append(one)
    return made


def _take(engine: Engine, *messages: ArrivedMessage) -> None:
    with engine.begin() as connection:
        Batch(connection, ZONE, AT).take([read(one, SITE) for one in messages])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store where west said all that a door can say, and a leader was told of its hold."""
    path = tmp_path_factory.mktemp("hall") / "hall.sqlite"
    engine = open_store(f"sqlite:///{path}")
    west, central = Gate(GATE), Gate(OTHER, epoch="c" * 32)
    records = [one for one in _samples("west") if one.TYPE != "gate.hold.closed.v1"]
    _take(engine, *(west.append(one).message for one in records))
    _take(engine, west.says(at=AT), central.says(at=AT))
    _take(engine, ArrivedMessage(f"gate/v1/{SITE}/{GATE}/event/urgent", b"no event"))
    shelf = AlertBook(engine, b"s")
    shelf.open(
        Cause(
            key="hold:west",
            kind="left",
            gate=GATE,
            subject=HOLD,
            text=texts("alert.left", door="x"),
        ),
        AT,
    )
    assert len(shelf.claim(AT, 30)) == 1
    engine.dispose()
    return path


@pytest.fixture
def engine(hall: Path, tmp_path: Path) -> Iterator[Engine]:
    copy = tmp_path / "copy.sqlite"
    shutil.copy(hall, copy)
    opened = create_engine(f"sqlite:///{copy}")
    yield opened
    opened.dispose()


def _rows(connection: Connection) -> Rows:
    """Return all that stands in the store and is not the other door's own."""
    tables = [*METADATA.sorted_tables, *ABOUT.sorted_tables]
    return {
        table.name: [
            dict(row)
            for row in connection.execute(table.select()).mappings()
            if row.get("gate") != OTHER
        ]
        for table in tables
    }


def _answers(engine: Engine) -> tuple[Any, ...]:
    """Return what people are shown of west's hold, and whether a leader is still called."""
    shelf = AlertBook(engine, b"s")
    called = [one.gate for one in shelf.claim(AT + timedelta(hours=1), 30)]
    case = trace(engine, GATE, HOLD, Policy().contacts)
    assert case is not None
    own = [one for one in case.contacts if one.gate == GATE]
    return called, case.state, [(one.state, one.by, one.reason("zh")) for one in own]


@pytest.mark.parametrize("kind", sorted(BY_TYPE))
def test_another_doors_word_of_each_type_changes_nothing_of_ours(kind: str, engine: Engine) -> None:
    with engine.connect() as connection:
        before = _rows(connection)
    forger = Gate(OTHER, epoch="c" * 32)
    forged = [one for one in _samples("forged") if kind == one.TYPE]

    _take(engine, *(forger.append(one, AT).message for one in forged))

    with engine.connect() as connection:
        assert _rows(connection) == before
        kept = METADATA.tables["event"].select().where(METADATA.tables["event"].c.gate == OTHER)
        assert len(connection.execute(kept).all()) == len(forged)
    called, state, contacts = _answers(engine)
    assert called == [GATE]
    assert state != "closed"
    assert contacts == [(ContactState.DISMISSED, "guard-1", "隔着玻璃")]


def test_a_registration_of_the_same_passage_elsewhere_hides_no_name(engine: Engine) -> None:
    forger = Gate(OTHER, epoch="c" * 32)
    records = [one for one in _samples("forged") if "passage_id" in type(one).model_fields]

    _take(engine, *(forger.append(one, AT).message for one in records))

    assert {one.name for one in reveal(engine, REF, PRIVATE)} == {"west", "forged"}


def test_what_another_door_sent_before_is_set_aside_for_each(engine: Engine) -> None:
    with engine.connect() as connection:
        before = _rows(connection)["quarantine"]

    for topic in (OTHER, OTHER, GATE):
        _take(engine, ArrivedMessage(f"gate/v1/{SITE}/{topic}/event/urgent", b"no event"))

    with engine.connect() as connection:
        aside = METADATA.tables["quarantine"]
        found = {row.gate: row.times for row in connection.execute(aside.select())}
    assert [row["times"] for row in before] == [1]
    assert found == {GATE: 2, OTHER: 2}


def test_an_event_in_another_doors_name_is_none(engine: Engine) -> None:
    with engine.connect() as connection:
        before = _rows(connection)
    forged = Gate(GATE, epoch="d" * 32).append(SAMPLES[0])
    message = ArrivedMessage(forged.message.topic.replace(GATE, OTHER), forged.body)

    assert isinstance(read(message, SITE), Unusable)
    _take(engine, message)

    with engine.connect() as connection:
        assert _rows(connection) == before
