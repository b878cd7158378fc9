"""The appointments as the office works with them: listed, found, cancelled, moved, printed."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from stdnum.iso7064 import mod_11_2

from collector.hall_of_doors import TEN, ZONE, Hall
from collector.handed import PRIVATE
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, open_to, serving
from domain.benches import NOON, NORMAL, Bench, mode, new_door, verdict
from gate_agent.contract.appointments import Appointment, CancelReason, QuotaPolicy
from gate_agent.contract.codes import code_digest
from gate_agent.contract.identity import person_ref
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import Decision
from gate_agent.domain.codes import read_code
from gate_collector.appointments.booked import key_of, quota_lines
from gate_collector.appointments.changes import Cancel, Gone, Move
from gate_collector.policies.book import PolicyBook, PolicyFault
from gate_collector.roles.session import Role
from gate_collector.store.schema_office import BOOKING_CODE, KNOWN_NAME, LOOK

_NUMBER = "110101199003070003"
_CODE = "7F3K9Q2MX4"
_SIGNED = {"by": "王科长", "why": "来电"}
_HOUR = timedelta(hours=1)


def _booked(letter: str, hours: int = 0, **more: Any) -> Appointment:
    begins = NOON.utc + hours * _HOUR
    return Appointment(
        person_ref=letter * 64, valid_from=begins, valid_until=begins + _HOUR, **more
    )


def _policy(*booked: Appointment, **quotas: int) -> Policy:
    quota = QuotaPolicy.model_validate(quotas)
    return mode(HallMode.APPOINTMENT, appointments=booked, quotas=quota)


def _applied(policy: Policy, change: dict[str, Any]) -> Policy:
    part = Policy.model_validate_json(json.dumps(change))
    return policy.model_copy(update={name: getattr(part, name) for name in change})


def _at_the_door(policy: Policy, letter: str, code: str = "") -> tuple[Decision, tuple[str, ...]]:
    bench = Bench(new_door(policy))
    bench.card(letter)
    shown = read_code(f"GATE-A:{code}", bench.now)
    if shown is not None:
        bench.take(shown)
    bench.steady(NORMAL)
    return verdict(bench)


def test_what_is_cancelled_says_why_at_the_door_until_its_time_is_over() -> None:
    first, second = _booked("a", code_sha256=code_digest(_CODE)), _booked("b", 1)
    policy = _policy(first, second)
    cancel = Cancel(keys=[key_of(first)], reason=CancelReason.EPIDEMIC, now=NOON.utc)

    after = _applied(policy, cancel(policy))

    assert after.appointments == (second,)
    assert _at_the_door(policy, "a") == (Decision.ADMIT, ())
    assert _at_the_door(after, "a") == (Decision.DENY, ("cancelled_epidemic",))
    assert _at_the_door(after, "c", _CODE) == (Decision.DENY, ("cancelled_epidemic",))
    later = Cancel(keys=[key_of(second)], reason=CancelReason.BY_HALL, now=NOON.utc + 2 * _HOUR)
    gone = _applied(after, later(after))
    assert [one.person_ref for one in gone.cancelled] == [second.person_ref], "the first is over"


def test_what_is_moved_holds_by_the_same_code_at_its_new_time() -> None:
    was = _booked("a", 30, code_sha256=code_digest(_CODE))
    policy = _policy(was)
    now = {"begins": NOON.utc - _HOUR, "ends": NOON.utc + _HOUR}
    move = Move(keys=[key_of(was)], zone=ZONE, **now)

    after = _applied(policy, move(policy))

    assert _at_the_door(policy, "c", _CODE) == (Decision.DENY, ("no_appointment",))
    assert _at_the_door(after, "c", _CODE) == (Decision.ADMIT, ())
    assert _at_the_door(after, "a") == (Decision.ADMIT, ())


def test_who_comes_at_the_time_from_which_they_were_moved_is_told() -> None:
    was, then = _booked("a"), NOON.utc + 30 * _HOUR
    policy = _policy(was, _booked("b"))
    after = policy
    for hours in (30, 40, 0):  # twice, and back again
        now = next(one for one in after.appointments if one.person_ref == was.person_ref)
        begins = NOON.utc + hours * _HOUR
        move = Move(keys=[key_of(now)], begins=begins, ends=begins + _HOUR, zone=ZONE)
        after = _applied(after, move(after))
        places = [(one.person_ref, one.valid_from) for one in after.appointments]
        assert not {(one.person_ref, one.valid_from) for one in after.cancelled} & set(places)
        told = (Decision.DENY, ("cancelled_moved",)) if hours else (Decision.ADMIT, ())
        assert _at_the_door(after, "a") == told
    assert {one.valid_from for one in after.cancelled} == {then, NOON.utc + 40 * _HOUR}


@pytest.mark.parametrize("replace", [True, False])
def test_a_sheet_brings_back_nothing_that_was_cancelled_or_moved_unless_asked(
    one: Hall, *, replace: bool
) -> None:
    numbers = [_NUMBER, *(f"{part}{mod_11_2.calc_check_digit(part)}" for part in (
        f"1101011990030{number:04d}" for number in range(1001, 1200)))]  # fmt: skip
    lines = [f"{number},2026-11-25 09:00,2026-11-25 10:00" for number in numbers]
    sheet = "证件号码,开始,结束\n" + "\n".join(lines)
    content = base64.b64encode(sheet.encode()).decode()
    book = book_of(one)
    with serving(app_of(centre_of(one, book.in_force), book, private=PRIVATE)) as client:

        def imported(**more: bool) -> dict[str, Any]:
            return _import(client, content, replace=replace, **more)

        def state(number: str) -> list[tuple[str, str]]:
            return [(it["state"], it["begins"][:10]) for it in _search(client, number)["bookings"]]

        assert imported()["cancelled_since"] == 0
        gone, moved = (_search(client, number)["bookings"][0]["key"] for number in numbers[:2])
        cancel = _SIGNED | {"keys": [gone], "reason": "by_visitor"}
        assert client.post("/appointments/cancel", json=cancel).status_code == 201
        times = {"begins": "2026-11-27T09:00", "ends": "2026-11-27T10:00"}
        assert (
            client.post("/appointments/move", json=_SIGNED | {"key": moved} | times).status_code
            == 201
        )
        look = imported()
        assert (look["cancelled_since"], look["moved_since"]) == (1, 1)
        assert (look["added"], look["removed"]) == (0, 0)
        assert state(numbers[0]) == [("cancelled", "2026-11-25")]
        assert state(numbers[1]) == [("booked", "2026-11-27")]
        assert state(numbers[2]) == [("booked", "2026-11-25")]

        look = imported(restore=True)
        assert (look["cancelled_since"], look["moved_since"]) == (1, 1)
        assert {tuple(state(number)) for number in numbers} == {(("booked", "2026-11-25"),)}
        assert len(book.in_force().appointments) == len(numbers)
        assert not book.in_force().cancelled


def test_a_code_that_the_office_gave_stays_when_the_sheet_comes_again(one: Hall) -> None:
    content = base64.b64encode(
        f"证件号码,开始,结束\n{_NUMBER},2026-11-25 09:00,2026-11-25 10:00".encode()
    ).decode()
    book = book_of(one)
    codes = list[str | None]()
    with serving(app_of(centre_of(one, book.in_force), book, private=PRIVATE)) as client:
        for replace in (True, False, True):
            _import(client, content, replace=replace)
            (booked,) = book.in_force().appointments
            if booked.code_sha256 is None:
                given = _SIGNED | {"keys": [key_of(booked)]}
                assert client.post("/appointments/codes", json=given).status_code == 201
                (booked,) = book.in_force().appointments
            codes.append(booked.code_sha256)
    assert len(set(codes)) == 1
    assert codes[0] is not None


def test_a_full_window_and_an_appointment_that_is_another_now_are_refused() -> None:
    one, two = _booked("a"), _booked("b", 3)
    policy, then = _policy(one, two, per_window=1), NOON.utc + 3 * _HOUR
    to_full = Move(keys=[key_of(one)], begins=then, ends=then + _HOUR, zone=ZONE)
    with pytest.raises(PolicyFault, match="15:00"):
        to_full(policy)
    with pytest.raises(Gone):
        Cancel(keys=["0" * 32], reason=CancelReason.MISTAKE, now=TEN)(policy)

    cancel = Cancel(keys=[key_of(one)], reason=CancelReason.MISTAKE, now=TEN)
    cancel(policy)
    assert _applied(policy, cancel(_policy(two))).appointments == (two,), "a plan may lack it"


def test_quotas_are_told_by_day_and_window() -> None:
    people = [_booked(letter, hours) for letter, hours in (("a", 0), ("b", 0), ("c", 24))]

    lines = quota_lines(_policy(*people, per_day=2, per_window=3), TEN.date(), ZONE, days=7)

    assert [(str(one.day), one.window, one.booked, one.most, one.is_full) for one in lines] == [
        ("2026-11-24", "", 2, 2, True), ("2026-11-24", "12:00", 2, 3, False),
        ("2026-11-25", "", 1, 2, False), ("2026-11-25", "12:00", 1, 3, False),
    ]  # fmt: skip


def _sheet(people: int) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("证件号码", "姓名", "开始", "结束", "绿色通道", "预约码"))
    rows.writerow((_NUMBER, "王 小明", "2026-11-24 10:00", "2026-11-24 11:00", "否", _CODE))
    for number in range(people - 1):
        day, hour = 24 + number // 600, 9 + number % 8
        times = f"2026-11-{day} {hour:02}:00", f"2026-11-{day} {hour + 1:02}:00"
        card = f"11010119{80 + number // 90}0101{101 + number % 90}"
        rows.writerow((card + mod_11_2.calc_check_digit(card), "", *times, "否", ""))
    content = out.getvalue().encode()
    return base64.b64encode(content).decode()


def _import(client: httpx.Client, content: str, **asked: bool) -> dict[str, Any]:
    """Import a sheet after a look, and return what that told."""
    body = _SIGNED | {"content": content, "replace": True} | asked
    look = client.post("/policy/sheets/appointments", json=body).json()["look"]
    body |= {"seen": look["seen"], "base": client.get("/api/v1/policy").json()["version"]}
    made = client.post("/policy/sheets/appointments", json=body)
    assert made.status_code == 201
    return dict(look)


def _search(client: httpx.Client, who: str) -> dict[str, Any]:
    answer = client.post("/api/v1/appointments/search", json={"who": who})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_of_thirteen_hundred_one_is_found_moved_cancelled_and_given_a_code(one: Hall) -> None:
    book = book_of(one)
    app = app_of(centre_of(one, book.in_force), book, private=PRIVATE)
    assert open_to(app, "POST", "/appointments/cancel") == {Role.OFFICE}
    with serving(app) as client:
        _import(client, _sheet(1300))
        page = client.get("/appointments").text
        assert page.count("data-key=") == 50
        table = client.get("/appointments?file=booked.csv").content.decode("utf-8-sig")
        assert len(table.splitlines()) == 1301
        typed = {
            _CODE: "code", f"GATE-A:{_CODE.lower()}": "code", _NUMBER: "who",
            person_ref(_NUMBER, SITE_KEY): "who", "王小明": "name",
        }  # fmt: skip
        answers = {who: _search(client, who) for who in typed}
        assert {who: told["by"] for who, told in answers.items()} == typed
        assert {told["total"] for told in answers.values()} == {1}
        (found,) = answers[_CODE]["bookings"]

        for begins, ends in (("23T09:00", "23T10:00"), ("24T09:00", "24T10:00")):  # it is ten
            past = {"begins": f"2026-11-{begins}", "ends": f"2026-11-{ends}"}
            told = client.post("/appointments/move", json=_SIGNED | {"key": found["key"]} | past)
            assert (told.status_code, told.json()["error"]["code"]) == (422, "past")
        times = {"begins": "2026-11-25T14:00", "ends": "2026-11-25T15:00"}
        moved = client.post("/appointments/move", json=_SIGNED | {"key": found["key"]} | times)
        assert moved.status_code == 201
        stale = client.post(
            "/appointments/cancel",
            json=_SIGNED | {"keys": [found["key"]], "reason": "by_visitor"},
        )
        assert (stale.status_code, stale.json()["error"]["code"]) == (409, "changed")
        (now,) = _search(client, _CODE)["bookings"]
        assert now["begins"] == "2026-11-25T06:00:00.000Z"

        printed = client.get("/appointments/codes?day=2026-11-25").text
        assert (f"{_CODE[:5]} {_CODE[5:]}" in printed, "<svg" in printed) == (True, True)
        assert (_NUMBER in printed, "王小明" in printed) == (False, False)
        key = _without_code(book)
        given = client.post("/appointments/codes", json=_SIGNED | {"keys": [key]})
        assert given.status_code == 201
        assert client.get("/appointments/codes?day=2026-11-24").text.count("<svg") == 1

        done = client.post(
            "/appointments/cancel", json=_SIGNED | {"keys": [now["key"]], "reason": "by_visitor"}
        )
        assert done.status_code == 201
        (gone,) = _search(client, _NUMBER)["bookings"]
        assert (gone["state"], gone["reason"]) == ("cancelled", "by_visitor")
        assert "本人取消" in client.get("/appointments?booked.state=cancelled").text
    policy = book.in_force()
    assert len(policy.appointments) == 1299
    assert [one.reason for one in policy.cancelled] == [CancelReason.MOVED, CancelReason.BY_VISITOR]
    with one.engine.connect() as connection:
        kept = [list(connection.execute(select(t))) for t in (LOOK, KNOWN_NAME, BOOKING_CODE)]
    for secret in (_NUMBER, "小明", _CODE):
        assert secret not in f"{kept}{policy.model_dump_json()}"
    looks = {row.what for row in kept[0]}
    assert looks == {"appointments", "codes"}


def _without_code(book: PolicyBook) -> str:
    policy = book.in_force()
    lacking = (entry for entry in policy.appointments if entry.code_sha256 is None)
    return key_of(next(lacking))
