"""The list for the district's office: sealed or not at all, recorded, without a name in clear."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidTag
from openpyxl import load_workbook
from sqlalchemy import select

from collector.hall_of_doors import Hall, hall, ref
from collector.handed import NAME, NUMBER, PHONE, PRIVATE, a_case, judged
from collector.served_centre import app_of, centre_of, open_to, serving
from examples.open_contacts import open_sealed
from gate_agent.contract.records import ContactState
from gate_collector.kept_words import in_words
from gate_collector.roles.session import Role
from gate_collector.store.schema_office import LOOK

PATH = "/contacts/west-1f/hold-1/export"
ASKED = {"by": "王科长", "why": "报送区疫情防控办", "which": "confirmed", "names": True}


@pytest.fixture
def one(store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        a_case(opened, held="=HYPERLINK(1)")
        yield opened


def _export(one: Hall, *, key: bytes | None = PRIVATE, **more: Any) -> httpx.Response:
    with serving(app_of(centre_of(one), private=key)) as client:
        return client.post(PATH, json=ASKED | more)


def _opened(told: dict[str, Any]) -> dict[str, Any]:
    return dict(open_sealed(told["page"], told["password"]))


def _look(one: Hall) -> Any:
    with one.engine.connect() as connection:
        return connection.execute(select(LOOK).where(LOOK.c.what == "export")).one()


def test_the_list_names_who_was_confirmed_behind_a_password_alone(one: Hall) -> None:
    told = _export(one).json()

    for secret in (NAME, NUMBER, PHONE, "李四", ref("visitor")[:8]):
        assert secret not in told["page"]
    content = _opened(told)
    held, (contact,) = dict(content["patient"]["rows"]), content["rows"]
    assert list(held.values())[:3] == ["=HYPERLINK(1)", NUMBER, PHONE]
    assert contact[1:7] == ["同一分钟经过", NAME, NUMBER, PHONE, "李四", "办事群众"]
    book = load_workbook(BytesIO(base64.b64decode(content["xlsx"])))
    apart = list(book["暂留人员"].iter_rows(values_only=True))
    assert apart[1] == ("姓名", "'=HYPERLINK(1)")
    lines = list(book["名单"].iter_rows(values_only=True))
    assert [line[2] for line in lines[1:]] == [NAME]
    with pytest.raises(InvalidTag):
        open_sealed(told["page"], "2222-2222-2222-2222")


def test_two_exports_share_neither_password_nor_bytes(one: Hall) -> None:
    first, second = _export(one).json(), _export(one).json()

    assert first["password"] != second["password"]
    assert first["page"] != second["page"]
    assert len(first["password"].replace("-", "")) == 16


def test_it_is_recorded_who_took_what_when_and_neither_name_nor_password(one: Hall) -> None:
    told = _export(one).json()

    look = _look(one)

    assert (look.subject, look.role) == ("west-1f/hold-1", "office")
    digest = sha256(told["page"].encode()).hexdigest()
    said = f"王科长: 报送区疫情防控办 · 2 行，含姓名，校验码 {digest}"
    assert in_words(look.why, "zh") == said
    assert told["sha256"] == digest
    with serving(app_of(centre_of(one))) as client:
        assert digest in client.get("/contacts/west-1f/hold-1").text


@pytest.mark.parametrize(("key", "names"), [(None, True), (PRIVATE, False)])
def test_without_the_key_or_the_wish_it_names_nobody(
    one: Hall, key: bytes | None, *, names: bool
) -> None:
    told = _export(one, key=key, names=names).json()

    content = json.dumps(_opened(told), ensure_ascii=False)

    assert NAME not in content
    assert PHONE not in content
    assert "未揭示" in content
    assert "不含姓名" in in_words(_look(one).why, "zh")


def test_only_who_is_wanted_is_on_it(one: Hall) -> None:
    everybody = _opened(_export(one, which="all").json())["rows"]
    assert {row[2] for row in everybody} == {NAME, "无登记"}

    judged(one, "visitor", ContactState.DISMISSED)

    answer = _export(one)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_contact")
    assert [row[2] for row in _opened(_export(one, which="all").json())["rows"]] == ["无登记"]


def test_it_needs_a_reason_a_hold_and_a_role(one: Hall) -> None:
    assert _export(one, why="").status_code == 422
    app = app_of(centre_of(one), private=PRIVATE)
    with serving(app) as client:
        unknown = client.post(PATH.replace("hold-1", "hold-9"), json=ASKED)
    assert unknown.status_code == 404
    assert open_to(app, "POST", PATH) == {Role.OFFICE, Role.LEADER}
