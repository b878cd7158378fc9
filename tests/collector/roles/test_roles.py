"""Roles at the centre: who may do what, sessions that end, every look recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from nacl.public import PrivateKey
from sqlalchemy import select

from collector.hall_of_doors import Hall, ref
from collector.served_centre import app_of, centre_of, open_to, serving
from gate_agent.contract.free_text import sealed_text
from gate_agent.contract.policy import Policy, RotaEntry
from gate_agent.contract.records import PersonRegistered, ShiftNoted
from gate_agent.store.seal import seal_registration
from gate_collector.roles.accounts import IDLE, LONGEST, Accounts, Denied, longest
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.session import Role
from gate_collector.store.schema_office import ACCOUNT, LOOK, SESSION

_PASSWORD = "correct horse battery"
_PHONE = "13800138000"
_PEOPLE = set(Role) - {Role.DISPLAY}
_PRIVATE = bytes(PrivateKey(bytes(range(32))))


@pytest.fixture
def accounts(one: Hall) -> Accounts:
    return Accounts(centre_of(one))


@pytest.fixture
def client(one: Hall, accounts: Accounts) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one), accounts=accounts, private=_PRIVATE)) as opened:
        yield opened


def _as(client: httpx.Client, accounts: Accounts, role: Role) -> dict[str, str]:
    """Sign on as this role; return the header that a page of ours sends."""
    accounts.make(role.value, role, _PASSWORD)
    answer = client.post("/sign-on", json={"name": role.value, "password": _PASSWORD})
    assert answer.status_code == 201
    session = accounts.session(client.cookies["gate_collector"])
    assert session is not None
    return {"X-CSRF": session.csrf}


def test_nobody_sees_anything_before_signing_on(client: httpx.Client) -> None:
    page = client.get("/")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-on")
    linked = client.get("/cases/west-1f/hold-1?lang=en").headers["location"]
    assert linked == "/sign-on?to=%2Fcases%2Fwest-1f%2Fhold-1&lang=en"
    for elsewhere in ("//hall.example/", "/cases//hall.example", "https://hall.example", "/policy"):
        assert client.get("/sign-on", params={"to": elsewhere}).status_code == 422
    for path in ("/api/v1/overview", "/api/v1/now", "/api/v1/stream", "/metrics"):
        assert client.get(path).status_code == client.head(path).status_code == 401
    assert client.get("/healthz").status_code == client.head("/healthz").status_code == 200
    assert client.post("/api/v1/search", json={"who": "x" * 18}).status_code == 401


def test_the_first_account_needs_the_code_that_was_told_and_once_only(
    client: httpx.Client, accounts: Accounts
) -> None:
    code = accounts.first_code
    asked = {"name": "运维", "password": _PASSWORD}

    assert client.post("/sign-on/first", json=asked | {"code": "0" * 16}).status_code == 403
    assert client.post("/sign-on/first", json=asked | {"code": code}).status_code == 201
    assert client.post("/sign-on/first", json=asked | {"code": code}).status_code == 403
    assert accounts.first_code == ""
    assert client.post("/sign-on", json=asked).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/", set(Role)),
        ("GET", "/ledger", _PEOPLE),
        ("GET", "/api/v1/stream", set(Role)),
        ("GET", "/api/v1/overview", _PEOPLE),
        ("GET", "/events/west-1f/" + "0" * 32, _PEOPLE - {Role.MAINTAINER}),
        ("POST", "/api/v1/search", _PEOPLE - {Role.MAINTAINER}),
        ("POST", "/api/v1/reveal", {Role.OFFICE, Role.LEADER}),
        ("POST", "/contacts/west-1f/h", {Role.OFFICE, Role.LEADER}),
        ("POST", "/policy/mode", {Role.OFFICE, Role.LEADER}),
        ("POST", "/policy/rules", {Role.OFFICE}),
        ("POST", "/reports/2026-11-24/corrections", {Role.OFFICE}),
        ("GET", "/looks", {Role.AUDITOR}),
        ("GET", "/accounts", {Role.MAINTAINER}),
        ("POST", "/accounts", {Role.MAINTAINER}),
        ("DELETE", "/", set()),
        ("POST", "/anything", set()),
    ],
)
def test_each_role_may_do_its_own_work(
    one: Hall, method: str, path: str, allowed: set[Role]
) -> None:
    assert open_to(app_of(centre_of(one)), method, path) == allowed


def test_the_server_asks_the_role_and_the_pages_token(
    client: httpx.Client, accounts: Accounts
) -> None:
    token = _as(client, accounts, Role.AUDITOR)
    assert client.get("/ledger").status_code == 200
    asked = {"person_ref": "0" * 64, "by": "x", "why": "just so"}
    assert client.post("/api/v1/reveal", json=asked, headers=token).status_code == 403

    token = _as(client, accounts, Role.OFFICE)
    body = {"hall_mode": "closed", "by": "somebody else", "why": "升级"}
    assert client.post("/policy/mode", json=body).json()["error"]["code"] == "csrf"
    assert client.post("/policy/mode", json=body, headers=token).status_code == 201
    assert "somebody else" not in client.get("/policy").text


def test_a_session_ends_by_idleness_by_age_by_signing_off_and_with_its_account(
    one: Hall, accounts: Accounts
) -> None:
    accounts.make("a", Role.OFFICE, _PASSWORD)
    idle = accounts.sign_on("a", _PASSWORD)
    one.clock.advance(IDLE.total_seconds() + 1)
    assert accounts.session(idle) is None

    old = accounts.sign_on("a", _PASSWORD)
    for _ in range(int(LONGEST / timedelta(minutes=20))):
        assert accounts.session(old) is not None
        one.clock.advance(20 * 60)
    one.clock.advance(1)
    assert accounts.session(old) is None

    off, disabled = accounts.sign_on("a", _PASSWORD), accounts.sign_on("a", _PASSWORD)
    accounts.sign_off(off)
    assert accounts.session(off) is None
    assert accounts.session(disabled) is not None
    accounts.disable("a")
    assert accounts.session(disabled) is None
    with pytest.raises(Denied):
        accounts.sign_on("a", _PASSWORD)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.DISPLAY])
def test_a_screen_on_a_wall_is_told_who_leads_and_nobodys_number(one: Hall, role: Role) -> None:
    begin, end = one.clock.now().utc - timedelta(hours=1), one.clock.now().utc + timedelta(hours=1)
    shift = RotaEntry(leader="李主任", phone=_PHONE, valid_from=begin, valid_until=end)
    centre = centre_of(one, lambda: Policy(rota=(shift,)))
    accounts = Accounts(centre)
    with serving(app_of(centre, accounts=accounts)) as client:
        _as(client, accounts, role)
        again = client.post("/sign-on", json={"name": role.value, "password": _PASSWORD})
        said = [client.get("/api/v1/now").text, _first_event(client)]

    assert f"Max-Age={longest(role).total_seconds():.0f};" in again.headers["set-cookie"]
    assert {"李主任" in text for text in said} == {True}
    assert {_PHONE in text for text in said} == {role is not Role.DISPLAY}


def _first_event(client: httpx.Client) -> str:
    with client.stream("GET", "/api/v1/stream") as answer:
        return next(line for line in answer.iter_lines() if line.startswith("data: "))


def test_a_screen_on_a_wall_stays_signed_on_for_weeks(one: Hall, accounts: Accounts) -> None:
    accounts.make("wall", Role.DISPLAY, _PASSWORD)
    token = accounts.sign_on("wall", _PASSWORD)
    for _ in range(int(LONGEST / timedelta(minutes=20)) * 4):
        one.clock.advance(20 * 60)
        assert accounts.session(token) is not None
    one.clock.advance(IDLE.total_seconds() + 1)
    assert accounts.session(token) is None, "a screen that was taken away"


def test_a_live_stream_ends_with_the_account_or_the_key_that_opened_it(
    one: Hall, client: httpx.Client, accounts: Accounts
) -> None:
    _as(client, accounts, Role.LEADER)
    keys = ApiKeys(centre_of(one), accounts)
    key = keys.make("screens")
    ends: dict[str, Callable[[], None]] = {
        "": lambda: accounts.disable(Role.LEADER.value),
        f"Bearer {key}": lambda: keys.disable("screens"),
    }
    for authorization, end in ends.items():
        headers = {"Authorization": authorization} if authorization else {}
        with client.stream("GET", "/api/v1/stream", headers=headers) as answer:
            lines = answer.iter_lines()
            assert "event: now" in lines
            end()
            assert sum(line == "event: now" for line in lines) <= 1


def test_another_password_ends_the_sessions_and_the_last_maintainer_stays(
    accounts: Accounts,
) -> None:
    accounts.make("a", Role.MAINTAINER, _PASSWORD)
    accounts.make("b", Role.MAINTAINER, _PASSWORD)
    token = accounts.sign_on("a", _PASSWORD)
    accounts.disable("a")
    with pytest.raises(Denied, match="the last one"):
        accounts.disable("b")

    accounts.set_password("a", "another password")
    with pytest.raises(Denied, match="none of this name"):
        accounts.set_password("nobody", "another password")

    assert accounts.session(token) is None
    with pytest.raises(Denied):
        accounts.sign_on("a", _PASSWORD)
    assert accounts.sign_on("a", "another password")
    accounts.disable("b")


def test_guessing_is_slowed_and_ends_by_itself(
    one: Hall, client: httpx.Client, accounts: Accounts
) -> None:
    accounts.make("a", Role.OFFICE, _PASSWORD)
    wrong, right = ({"name": "a", "password": told} for told in ("wrong", _PASSWORD))
    for _ in range(5):
        answer = client.post("/sign-on", json=wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong")
    slowed = client.post("/sign-on", json=right)
    assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "1")
    one.clock.advance(301)

    assert client.post("/sign-on", json=right).status_code == 201


def test_no_password_and_no_token_is_stored(one: Hall, accounts: Accounts) -> None:
    accounts.make("a", Role.OFFICE, _PASSWORD)
    token = accounts.sign_on("a", _PASSWORD)

    with one.engine.connect() as connection:
        stored = str(connection.execute(select(ACCOUNT)).all())
        stored += str(connection.execute(select(SESSION)).all())

    assert "$argon2id$" in stored
    assert _PASSWORD not in stored
    assert token not in stored


def test_a_name_is_revealed_for_a_reason_and_every_look_is_recorded(
    one: Hall, client: httpx.Client, accounts: Accounts
) -> None:
    passage_id = one.west.passage(who="someone")
    public = bytes(PrivateKey(_PRIVATE).public_key)
    sealed, key_id = seal_registration({"name": "张三", "number": "1101"}, public)
    one.west.say(
        PersonRegistered(
            passage_id=passage_id, person_ref=ref("someone"), sealed=sealed, key_id=key_id
        )
    )
    one.settle()
    token = _as(client, accounts, Role.LEADER)
    client.post("/api/v1/search", json={"who": ref("someone")}, headers=token)

    asked = {"person_ref": ref("someone"), "by": "x", "why": "联系密切接触者"}
    told = client.post("/api/v1/reveal", json=asked, headers=token).json()

    assert told["registrations"] == [{"name": "张三", "number": "1101"}]
    without = client.post("/api/v1/reveal", json=asked | {"why": ""}, headers=token)
    assert without.status_code == 422
    with one.engine.connect() as connection:
        looks = connection.execute(select(LOOK).order_by(LOOK.c.id)).all()
    assert [(look.who, look.what) for look in looks][-2:] == [
        ("leader", "search"), ("leader", "reveal"),
    ]  # fmt: skip
    assert looks[-1].why == "leader: 联系密切接触者"
    assert "张三" not in str(looks)


def test_without_sign_on_the_pages_answer_this_machine_alone(one: Hall) -> None:
    with serving(app_of(centre_of(one))) as client:
        assert client.get("/").status_code == 200
        assert client.get("/sign-on").status_code == 404
        assert client.get("/", headers={"Host": "hall.example"}).status_code == 400


def test_a_sealed_text_is_opened_for_a_reason_and_nowhere_else(
    one: Hall, client: httpx.Client, accounts: Accounts
) -> None:
    public = bytes(PrivateKey(_PRIVATE).public_key)
    box, key_id = seal_registration({"text": "问过张三"}, public)
    text = sealed_text(key_id, box)
    one.west.say(ShiftNoted(text=text, by="guard-1", at="2026-11-24T02:00:00.000Z"))
    one.settle()
    token = _as(client, accounts, Role.LEADER)
    west = one.west

    page = client.get(f"/events/{west.gate}/{west.epoch}/{west.sequence}").text
    asked = {"gate": west.gate, "epoch": west.epoch, "sequence": west.sequence, "by": "x"}
    told = client.post("/api/v1/reveal/texts", json=asked | {"why": "核实情况"}, headers=token)

    assert "已封存" in page
    assert text not in page
    assert told.json() == {"texts": {"text": ["问过张三"]}}
    with one.engine.connect() as connection:
        looks = connection.execute(select(LOOK).order_by(LOOK.c.id)).all()
    assert (looks[-1].what, looks[-1].why) == ("reveal_text", "leader: 核实情况")
    assert "张三" not in str(looks)


def test_a_sealed_text_is_opened_no_longer_than_registrations_are_kept(one: Hall) -> None:
    box, key_id = seal_registration({"text": "问过张三"}, bytes(PrivateKey(_PRIVATE).public_key))
    text = sealed_text(key_id, box)
    one.west.say(ShiftNoted(text=text, by="guard-1", at="2026-11-24T02:00:00.000Z"))
    one.settle()
    west = one.west
    asked = {"gate": west.gate, "epoch": west.epoch, "sequence": west.sequence, "by": "x"}
    with serving(app_of(centre_of(one), private=_PRIVATE)) as client:
        for days, told in ((29, {"text": ["问过张三"]}), (2, {})):
            one.clock.advance(days * 86_400)
            answer = client.post("/api/v1/reveal/texts", json=asked | {"why": "核实情况"})
            assert answer.json() == {"texts": told}


def test_looks_say_their_reasons_in_words_and_what_the_first_account_was(
    one: Hall, client: httpx.Client, accounts: Accounts
) -> None:
    code = accounts.first_code
    assert accounts.begin(code, "运维甲", "correct-horse-1")
    kept = [("account made", "大屏", role.value) for role in Role]
    kept += [("appointments", "", by) for by in ("who", "code", "name")]
    kept += [("codes", "2026-11-24 09:00", "12"), ("contacts", "west-1f/hold-1", "xlsx")]
    with one.engine.connect() as connection:
        first = connection.execute(select(LOOK)).one()
    for what, subject, why in kept:
        accounts.record(what, subject, why)
    _as(client, accounts, Role.AUDITOR)

    page = client.get("/looks?looks.rows=50").text
    file = client.get("/looks?file=looks.csv").text

    assert (first.who, first.role, first.what) == ("运维甲", "maintainer", "first account")
    assert "首个账号" in page
    for told in ("按姓名查询", "按预约码查询", "按证件或人员标识查询", "打印 12 张", "导出 XLSX"):
        assert told in page, told
        assert told in file, told
    cells = re.findall("<td[^>]*>([^<]*)</td>", page)
    codes = [cell for cell in cells if re.fullmatch("[a-z_]+", cell.strip())]
    assert codes == ["auditor"], "the name of the account that looks"
