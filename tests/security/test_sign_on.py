"""Signing on: who may act, and how often a PIN may be tried. OWASP ASVS 5.0 by number."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx
import pytest

from gate_agent.contract.access_records import (
    ShiftChanged,
)
from gate_agent.errors import ConfigurationError
from gate_agent.host.passwords import fits
from gate_agent.store.staff import checked_pin
from security.signing import OTHER_PIN, PIN, Door, door
from web.served_door import Served

REGISTER = "/api/v1/passages/ab12-901/registration"
REGISTRATION = {"phone": "13812345678", "purpose": "社保"}
STEPS = "/api/v1/holds/h-1/steps"
ACKNOWLEDGE = {"step": "acknowledged", "by": "guard-1"}


def asked(gate: Door) -> list[tuple[str, object]]:
    return [(each.what, each.details.get("by")) for each in gate.served.asked()]


# --- who acts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (REGISTER, REGISTRATION),
        ("/api/v1/passages/ab12-901/override", {"decision": "deny", "by": "g01", "reason": "x"}),
        ("/api/v1/passages/ab12-901/dismissal", {}),
        (STEPS, {"step": "rechecked", "by": "g01", "contact_centi_c": 3650}),
        ("/api/v1/symptoms", {"passage_id": "ab12-901", "by": "g01"}),
        ("/api/v1/staff", {"name": "x", "role": "supervisor", "pin": PIN}),
        ("/api/v1/passages/p-1/reveal", {"reason": "x"}),
        ("/api/v1/session/end", {}),
    ],
)
def test_nobody_acts_who_is_not_signed_on(gate: Door, path: str, body: object) -> None:
    with gate.browser() as browser:
        answer = browser.post(path, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign_on")
    assert asked(gate) == []


def test_an_alarm_is_acknowledged_by_whoever_is_there(gate: Door) -> None:
    with gate.browser() as browser:
        for _ in range(9):
            browser.sign_on("g01", OTHER_PIN)  # and no wrong PIN keeps anybody from it

        assert browser.post(STEPS, ACKNOWLEDGE).status_code == 200

    assert asked(gate) == [("step_hold", "unsigned")]


def test_an_alarm_is_acknowledged_although_the_accounts_are_broken(
    gate: Door, tmp_path: Path
) -> None:
    (tmp_path / "journal.sqlite.staff.json").write_text("{", encoding="utf-8")

    with gate.browser() as browser:
        assert browser.post(STEPS, ACKNOWLEDGE).status_code == 200
        assert browser.client.get("/api/v1/session").json()["people"] == []


def test_whoever_is_signed_on_acts_in_their_own_name_whatever_the_page_says(gate: Door) -> None:
    with gate.browser() as browser:
        browser.sign_on("g01")
        browser.post(STEPS, ACKNOWLEDGE)
        browser.post("/api/v1/symptoms", {"passage_id": None, "by": "s01", "note": "咳嗽"})
        browser.post(REGISTER, REGISTRATION)
        browser.post("/api/v1/passages/ab12-901/dismissal", {})

    assert asked(gate) == [
        ("step_hold", "g01"),
        ("declare_symptoms", "g01"),
        ("register", "g01"),
        ("dismiss", "g01"),
    ]


def test_the_state_is_masked_and_read_at_the_board_without_signing_on(gate: Door) -> None:
    with gate.browser() as browser:
        assert browser.client.get("/api/v1/state").status_code == 200


def test_without_sign_on_the_documented_interface_is_as_it_was() -> None:
    with Served() as served, httpx.Client(base_url=served.url, timeout=60) as client:
        assert client.get("/api/v1/session").json()["sign_on"] is False
        assert client.post(REGISTER, json=REGISTRATION).status_code == 200
        assert client.post("/api/v1/session", json={"code": "g01", "pin": PIN}).status_code == 405


# --- PINs: ASVS 6 --------------------------------------------------------------------------------


def test_a_wrong_pin_and_an_unknown_code_are_refused_alike(gate: Door) -> None:
    with gate.browser() as browser:
        wrong, unknown = browser.sign_on("g01", OTHER_PIN), browser.sign_on("g77")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert gate.recorded(ShiftChanged) == []


def test_guessing_is_slowed_down_and_nobody_is_locked_out(gate: Door) -> None:  # 6.1.1, 6.3.1
    with gate.browser() as browser:
        for _ in range(3):
            assert browser.sign_on("g01", OTHER_PIN).status_code == 401
        slowed = browser.sign_on("g01")
        assert slowed.status_code == 429
        assert int(slowed.headers["retry-after"]) >= 1
        assert browser.sign_on("s01").status_code == 200  # another one is not kept waiting

        for _ in range(20):
            gate.served.do(lambda _: gate.clock.advance(60))
            assert browser.sign_on("g01", OTHER_PIN).status_code == 401
        gate.served.do(lambda _: gate.clock.advance(60))
        assert browser.sign_on("g01").status_code == 200


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567890123", "abcdef", "111111", "123456", "654321", "121212", "123123"],
)
def test_a_pin_that_anybody_tries_first_is_refused(pin: str) -> None:  # 6.2
    with pytest.raises(ConfigurationError, match="pin: expected"):
        checked_pin(pin)


def test_a_pin_is_kept_as_argon2id_and_nowhere_else(gate: Door, tmp_path: Path) -> None:  # 11.4.2
    path = tmp_path / "journal.sqlite.staff.json"
    kept = path.read_text(encoding="utf-8")

    assert all(row["pin_hash"].startswith("$argon2id$v=19$m=19456,t=2") for row in json.loads(kept))
    assert PIN not in kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    account = gate.book.active("g01")
    assert account is not None
    assert fits(account.pin_hash, PIN)
    assert not fits(account.pin_hash, OTHER_PIN)
    assert not fits(None, PIN)
    assert repr(account) == "Account(g01)"


def test_no_pin_is_in_an_answer(gate: Door) -> None:
    with gate.browser() as browser:
        for body in ({"code": "g01", "pin": "9" * 13}, {"code": "x", "pin": PIN}, {"pin": [PIN]}):
            answer = browser.post("/api/v1/session", body)
            assert answer.status_code == 422
            assert PIN not in answer.text
            assert "9999" not in answer.text


# --- no default account: ASVS 6.3.2 --------------------------------------------------------------


def test_a_new_door_has_no_account_and_takes_its_one_time_code(tmp_path: Path) -> None:
    with door(tmp_path, staffed=False) as gate, gate.browser() as browser:
        sign_on = gate.served.sign_on
        assert sign_on is not None
        code = sign_on.setup_code
        assert code is not None
        assert browser.client.get("/api/v1/session").json()["setup"] is True
        body = {"one_time_code": "00000000", "name": "李管", "pin": PIN}
        assert browser.post("/api/v1/setup", body).status_code == 422

        made = browser.post("/api/v1/setup", {**body, "one_time_code": code})

        assert made.json()["role"] == "supervisor"
        assert browser.post("/api/v1/setup", {**body, "one_time_code": code}).status_code == 422
        assert browser.sign_on("s01").status_code == 200
        assert browser.client.get("/api/v1/session").json()["setup"] is False


def test_a_one_time_code_is_guessed_slowly_too(tmp_path: Path) -> None:
    with door(tmp_path, staffed=False) as gate, gate.browser() as browser:
        sign_on = gate.served.sign_on
        assert sign_on is not None
        body = {"one_time_code": "00000000", "name": "李管", "pin": PIN}
        for _ in range(3):
            browser.post("/api/v1/setup", body)

        right = {**body, "one_time_code": sign_on.setup_code}
        assert browser.post("/api/v1/setup", right).status_code == 429
        gate.served.do(lambda _: gate.clock.advance(60))
        assert browser.post("/api/v1/setup", right).status_code == 200
