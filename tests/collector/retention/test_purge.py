"""Retention and erasure on their pages (保存期限与清除): who may, what is kept of it, the proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from nacl.public import PrivateKey
from sqlalchemy import select

from collector.hall_of_doors import Hall, hall
from collector.served_centre import SITE_KEY, app_of, centre_of, desk_of, open_to, serving
from gate_agent.contract.identity import person_ref
from gate_agent.contract.moment import format_utc
from gate_agent.contract.privacy_records import DataPurged, PurgeCause
from gate_agent.contract.records import PersonRegistered
from gate_agent.emulation.people import synthetic_card
from gate_agent.store.seal import seal_registration
from gate_collector.roles.session import Role
from gate_collector.store.schema import EVENT, PURGED, QUARANTINE
from gate_collector.store.schema_office import ERASURE, LOOK

NUMBER = synthetic_card(1).number
REF = person_ref(NUMBER, SITE_KEY)
_PUBLIC = bytes(PrivateKey(bytes(range(32))).public_key)
_DAY_S = 86_400


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one))) as opened:
        yield opened


def registered(ref: str = REF) -> PersonRegistered:
    sealed, key_id = seal_registration({"name": "张三", "number": NUMBER}, _PUBLIC)
    return PersonRegistered(passage_id="p-1", person_ref=ref, sealed=sealed, key_id=key_id)


def _bodies(one: Hall) -> list[bool]:
    """Return of each registration whether its body is here."""
    with one.engine.connect() as connection:
        rows = connection.execute(
            select(EVENT.c.body)
            .where(EVENT.c.type == PersonRegistered.TYPE)
            .order_by(EVENT.c.sequence)
        )
        return [body is not None for (body,) in rows]


def test_one_person_is_forgotten_by_number_with_a_certificate(
    one: Hall, client: httpx.Client
) -> None:
    for ref in (REF, "f" * 64, REF):
        one.west.say(registered(ref))
    one.settle()

    asked = {"who": NUMBER, "by": "王科长", "why": "本人来函要求删除"}
    answer = client.post("/retention/erase", json=asked)

    assert answer.status_code == 201
    assert _bodies(one) == [False, True, False]
    paper = client.get(answer.json()["location"]).text
    assert "共 2 件" in paper
    assert "王科长" in paper
    assert REF not in paper
    with one.engine.connect() as connection:
        look = connection.execute(select(LOOK)).one()
        erasure = connection.execute(select(ERASURE)).one()
        links = connection.execute(select(PURGED.c.link_after)).scalar_one()
    assert (look.what, look.subject, look.why) == ("erase", REF, "王科长: 本人来函要求删除")
    assert (erasure.person_ref, erasure.by) == (REF, "王科长")
    assert bytes(links).hex() in paper
    page = client.get("/retention").text
    assert answer.json()["location"] in page


def test_the_number_that_was_typed_is_written_nowhere(tmp_path: Path) -> None:
    with hall(tmp_path) as one, serving(app_of(centre_of(one))) as client:
        one.west.say(registered())
        one.settle()
        client.post("/retention/erase", json={"who": NUMBER, "by": "王科长", "why": "本人要求"})

        files = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())

    assert REF.encode() in files
    assert NUMBER.encode() not in files


def test_who_is_not_here_gets_a_certificate_that_says_so(client: httpx.Client) -> None:
    asked = {"who": NUMBER, "by": "王科长", "why": "本人来函要求删除"}

    answer = client.post("/retention/erase", json=asked)

    assert "没有查到此人的实名登记" in client.get(answer.json()["location"]).text
    assert client.post("/retention/erase", json=asked | {"who": "123"}).status_code == 422
    assert client.post("/retention/erase", json=asked | {"why": ""}).status_code == 422
    assert client.get("/retention/certificates/" + "0" * 16).status_code == 404
    assert client.get("/retention/certificates/2026-02-31").status_code == 404


def test_an_erasure_that_was_interrupted_is_carried_out_at_the_next_start(one: Hall) -> None:
    one.west.say(registered())
    one.settle()
    row = {"request": "0" * 16, "at": format_utc(one.clock.utc), "by": "王科长", "role": "office",
           "why": "本人要求", "person_ref": REF}  # fmt: skip
    with one.engine.begin() as connection:
        connection.execute(ERASURE.insert().values(row))
    desk = desk_of(centre_of(one))

    desk.resume()

    assert _bodies(one) == [False]
    with one.engine.connect() as connection:
        assert connection.execute(select(ERASURE.c.done)).scalar_one() is not None


def test_what_is_past_its_days_goes_at_once_when_it_is_asked_for(
    one: Hall, client: httpx.Client
) -> None:
    one.west.say(registered())
    one.settle()
    one.clock.advance(31 * _DAY_S)
    asked = {"by": "运维", "why": "检查前清理"}
    assert "暂不按期清除" in client.get("/retention").text
    assert client.post("/retention/run", json=asked).json() == {"location": "/retention?removed=0"}

    one.west.passage()  # its clock agrees with ours
    one.settle()
    assert client.post("/retention/run", json=asked).json() == {"location": "/retention?removed=1"}

    assert _bodies(one) == [False]
    day = f"{one.clock.utc:%Y-%m-%d}"
    page = client.get("/retention?removed=1").text
    assert "已清除到期登记 1 件" in page
    assert f"/retention/certificates/{day}" in page
    assert "由中心平台按保存期限清除" in client.get(f"/retention/certificates/{day}").text


def test_a_redacted_event_is_shown_as_such_and_the_doors_own_removals_are_listed(
    one: Hall, client: httpx.Client
) -> None:
    one.west.say(registered())
    one.central.say(DataPurged(cause=PurgeCause.REQUEST, request="r-1", people=3, redacted=2))
    one.settle()
    client.post("/retention/erase", json={"who": REF, "by": "王科长", "why": "本人要求"})

    event = client.get(f"/events/west-1f/{one.west.epoch}/1")

    assert event.status_code == 200
    assert "已清除" in event.text
    assert "central-2f" in client.get("/retention").text


def test_a_registration_in_quarantine_goes_too(one: Hall, client: httpx.Client) -> None:
    one.west.passage()
    one.settle()
    one.west.sequence, one.west.link = 0, bytes(32)
    one.west.say(registered())  # another event of number 1
    one.settle()

    client.post("/retention/erase", json={"who": REF, "by": "王科长", "why": "本人要求"})

    with one.engine.connect() as connection:
        (row,) = connection.execute(select(QUARANTINE)).all()
    assert (bytes(row.body), row.sequence) == (b"", 1)
    assert "已清除" in client.get(f"/quarantine/{row.id}").text


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/retention/run", {Role.OFFICE, Role.MAINTAINER}), ("/retention/erase", {Role.OFFICE})],
)
def test_each_role_may_do_its_own(one: Hall, path: str, allowed: set[Role]) -> None:
    app = app_of(centre_of(one))
    assert open_to(app, "POST", path) == allowed
    assert open_to(app, "GET", "/retention") == set(Role) - {Role.DISPLAY}
