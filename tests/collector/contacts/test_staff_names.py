"""Staff among the contacts: by name for who may see it, as the roster says it, sealed till then."""

from __future__ import annotations

import base64
from typing import Any

import httpx
from sqlalchemy import select

from collector.contacts.crowd import came
from collector.hall_of_doors import TEN, Hall
from collector.handed import NAME, PHONE, PRIVATE, registered
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, open_to, serving
from gate_agent.contract.identity import person_ref
from gate_agent.contract.records import Category
from gate_agent.host.spool import SpoolRequest
from gate_collector.kept_words import in_words
from gate_collector.retention.retention import directly, purge_asked, purge_old
from gate_collector.roles.reveal import reveal
from gate_collector.roles.session import Role
from gate_collector.store.schema_office import KNOWN_NAME, LOOK

_NUMBER, _OTHER = "110101199003070003", "110101199003071882"
_STAFF = person_ref(_NUMBER, SITE_KEY)
_PATH = "/contacts/west-1f/hold-1"
_ASKED = {"by": "王科长", "why": "核对密切接触者"}


def _import(client: httpx.Client, *lines: str) -> httpx.Response:
    sheet = "\n".join(("证件号码,姓名,值班", *lines)).encode()
    content = base64.b64encode(sheet).decode()
    body = {"by": "王科长", "why": "花名册", "content": content, "replace": True}
    look = client.post("/policy/sheets/roster", json=body).json()["look"]
    base = client.get("/api/v1/policy").json()["version"]
    return client.post("/policy/sheets/roster", json=body | {"seen": look["seen"], "base": base})


def _kept(one: Hall) -> list[Any]:
    with one.engine.connect() as connection:
        return list(connection.execute(select(KNOWN_NAME)))


def test_a_roster_names_staff_among_the_contacts_after_a_reason_and_nowhere_else(
    one: Hall,
) -> None:
    book = book_of(one)
    one.west.passage(who="x", at=TEN)  # so that the other door has somebody, too
    passage = one.central.passage(who="visitor", at=TEN)
    one.central.say(registered(passage, "visitor"))
    one.west.hold("hold-1")
    one.settle()
    from_roster = _staff_passage(one)
    one.settle()
    with serving(app_of(centre_of(one), book, private=PRIVATE)) as client:
        assert _import(client, f"{_NUMBER},赵晓燕,是").status_code == 201
        document = book.document(1)
        page = client.get(_PATH).text
        without = client.post(f"{_PATH}/names", json=_ASKED | {"why": ""})
        named = client.post(f"{_PATH}/names", json=_ASKED).json()["people"]

    assert "赵晓燕" not in f"{document}{page}{_kept(one)}"
    assert without.status_code == 422
    by_ref = {line["person_ref"]: (line["name"], line["phone"]) for line in named}
    assert by_ref[from_roster] == ("赵晓燕", None)
    assert (NAME, PHONE) in by_ref.values()
    with one.engine.connect() as connection:
        look = connection.execute(select(LOOK).where(LOOK.c.what == "contact_names")).one()
    assert (look.subject, in_words(look.why, "zh")) == (
        "west-1f/hold-1", "王科长: 核对密切接触者 · 已显示 3 人",
    )  # fmt: skip


def _staff_passage(one: Hall) -> str:
    """Let staff pass whose reference is that of the number on the roster."""
    came(one.central, _STAFF, TEN, passage_id="s", category=Category.STAFF)
    return _STAFF


def test_a_name_goes_with_the_roster_after_its_days_and_on_request(one: Hall) -> None:
    app = app_of(centre_of(one), book_of(one), private=PRIVATE)
    assert open_to(app, "POST", f"{_PATH}/names") == {Role.OFFICE, Role.LEADER}
    with serving(app) as client:
        _import(client, f"{_NUMBER},赵晓燕,是", f"{_OTHER},钱六,否")
        assert [bool(row.until) for row in _kept(one)] == [False, False]
        _import(client, f"{_OTHER},钱六,否")
    assert [one.name for one in reveal(one.engine, _STAFF, PRIVATE)] == ["赵晓燕"]

    one.west.passage(at=one.clock.utc)
    one.settle()
    one.clock.advance(31 * 86400)
    one.west.passage(at=one.clock.utc)  # a clock that agrees
    one.settle()
    directly(one.engine)(lambda connection: purge_old(connection, one.clock.utc, 30))
    assert reveal(one.engine, _STAFF, PRIVATE) == []
    assert len(_kept(one)) == 1

    other = person_ref(_OTHER, SITE_KEY)
    request = SpoolRequest(id="r", person_ref=other)
    directly(one.engine)(lambda connection: purge_asked(connection, one.clock.utc, request))
    assert _kept(one) == []
