"""Signing on: who may act, how long, how often a PIN may be tried. OWASP ASVS 5.0 by number."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from children import program
from doorfiles import write_door
from gate_agent.domain.access_records import (
    PersonRevealed,
    Role,
    ShiftChange,
    ShiftChanged,
    StaffChange,
    StaffChanged,
)
from gate_agent.domain.records import SnapshotViewed
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.store.staff import StaffBook, checked_pin, matches
from gate_agent.web.auth import ABSOLUTE_S, IDLE_S, MOST_SESSIONS
from security.signing import OTHER_PIN, PIN, Door, door
from web.serving import Served

REGISTER = "/api/v1/passages/ab12-901/registration"
REGISTRATION = {"phone": "13812345678", "purpose": "社保"}
STEPS = "/api/v1/holds/h-1/steps"
ACKNOWLEDGE = {"step": "acknowledged", "by": "guard-1"}


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as found:
        yield found


def asked(gate: Door) -> list[tuple[str, object]]:
    return [(each.what, each.details.get("by")) for each in gate.served.asked()]


# --- who acts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (REGISTER, REGISTRATION),
        ("/api/v1/passages/ab12-901/override", {"decision": "deny", "by": "g01", "reason": "x"}),
        ("/api/v1/passages/ab12-901/dismissal", {}),
        (STEPS, {"step": "rechecked", "by": "g01", "contact_centi_c": 3650}),
        ("/api/v1/symptoms", {"by": "g01"}),
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
        browser.post("/api/v1/symptoms", {"by": "s01", "note": "咳嗽"})
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
    with Served() as served, httpx.Client(base_url=served.url, timeout=20) as client:
        assert client.get("/api/v1/session").json()["sign_on"] is False
        assert client.post(REGISTER, json=REGISTRATION).status_code == 200
        assert client.post("/api/v1/session", json={"code": "g01", "pin": PIN}).status_code == 405


# --- sessions: ASVS 3.3, 3.5, 7 ----------------------------------------------------------------


def test_the_cookie_is_read_by_no_script_and_sent_to_nobody_else(gate: Door) -> None:  # 3.3
    with gate.browser() as browser:
        cookie = browser.sign_on("g01").headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


def test_behind_tls_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:  # 3.3.1, 3.3.2
    with door(tmp_path) as gate:
        assert gate.served.sign_on is not None
        gate.served.sign_on.secure = True
        with gate.browser() as browser:
            cookie = browser.sign_on("g01").headers["set-cookie"]

    assert cookie.startswith("__Host-gate-session=")
    assert "Secure" in cookie


def test_a_request_without_the_sessions_token_is_refused(gate: Door) -> None:  # 3.5.1
    with gate.browser() as browser:
        browser.sign_on("g01")
        for token in ("", "x" * 43):
            answer = browser.post(REGISTER, REGISTRATION, **{"X-Gate-CSRF": token})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")

    assert asked(gate) == []


def test_nothing_changes_by_a_get(gate: Door) -> None:  # 3.5.3
    with gate.browser() as browser:
        browser.sign_on("g01")
        assert browser.client.get("/api/v1/session/end").status_code in (404, 405)
        assert browser.who()["code"] == "g01"


def test_a_token_is_fresh_at_each_sign_on_and_of_256_bits(gate: Door) -> None:  # 7.2.3, 7.2.4
    with gate.browser() as browser:
        tokens = set()
        for _ in range(3):
            browser.sign_on("g01")
            tokens.add(browser.client.cookies["gate-session"])

    assert len(tokens) == 3
    assert all(len(token) == 43 for token in tokens)


def test_signing_on_again_ends_the_session_before(gate: Door) -> None:  # 7.2.4
    with gate.browser() as browser, gate.browser() as thief:
        browser.sign_on("g01")
        thief.client.cookies.set("gate-session", browser.client.cookies["gate-session"])
        browser.sign_on("g01")

        assert thief.who() is None


def test_signing_off_ends_it_at_the_server(gate: Door) -> None:  # 7.4.1, 14.3.1
    with gate.browser() as browser, gate.browser() as thief:
        browser.sign_on("g01")
        thief.client.cookies.set("gate-session", browser.client.cookies["gate-session"])
        answer = browser.post("/api/v1/session/end", {})

        assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        assert thief.who() is None
        assert browser.who() is None

    changes = [(s.change, s.by, s.on_duty) for s in gate.recorded(ShiftChanged)]
    assert changes == [
        (ShiftChange.STARTED, "g01", ("g01",)),
        (ShiftChange.ENDED, "g01", ()),
    ]


def lapse(gate: Door, seconds: float) -> None:
    gate.served.do(lambda _: gate.clock.advance(seconds))
    sign_on = gate.served.sign_on
    assert sign_on is not None
    gate.served.do(lambda _: sign_on.sessions.lapsed())


def test_an_idle_session_ends_and_a_touch_keeps_it(gate: Door) -> None:  # 7.1.1, 7.3.1
    with gate.browser() as browser:
        browser.sign_on("g01")
        lapse(gate, IDLE_S - 1)
        browser.post("/api/v1/touch", {})
        lapse(gate, IDLE_S - 1)
        assert browser.who()["code"] == "g01"

        lapse(gate, 2)
        assert browser.who() is None


def test_no_session_outlives_a_shift(gate: Door) -> None:  # 7.3.2
    with gate.browser() as browser:
        browser.sign_on("g01")
        for _ in range(int(ABSOLUTE_S / 3600)):
            assert browser.who() is not None
            lapse(gate, 3600)
            browser.post("/api/v1/touch", {})

        assert browser.who() is None


def test_a_clock_that_is_set_ends_no_session_and_keeps_none(gate: Door) -> None:
    with gate.browser() as browser:
        browser.sign_on("g01")
        gate.served.do(lambda _: gate.clock.step(400 * 86400))
        lapse(gate, 0)
        assert browser.who() is not None
        gate.served.do(lambda _: gate.clock.step(-800 * 86400))
        lapse(gate, IDLE_S)
        assert browser.who() is None


def test_a_disabled_account_is_signed_off_at_once(gate: Door) -> None:  # 7.4.2, 7.4.5
    with gate.browser() as guard, gate.browser() as supervisor:
        guard.sign_on("g01")
        supervisor.sign_on("s01")
        assert supervisor.post("/api/v1/staff/g01/disable", {}).status_code == 200
        lapse(gate, 0)

        assert guard.who() is None
        assert guard.sign_on("g01").status_code == 401
    (change,) = gate.recorded(StaffChanged)
    assert (change.change, change.code, change.by) == (StaffChange.DISABLED, "g01", "s01")


def test_another_pin_ends_the_sessions_of_the_one_before(gate: Door) -> None:  # 7.4.3
    with gate.browser() as guard:
        guard.sign_on("g01")
        gate.book.set_pin("g01", OTHER_PIN)
        lapse(gate, 0)

        assert guard.who() is None
        assert guard.sign_on("g01", OTHER_PIN).status_code == 200


def test_sessions_have_a_bound_and_the_oldest_gives_way(gate: Door) -> None:
    with gate.browser() as first:
        first.sign_on("g01")
        sign_on, account = gate.served.sign_on, gate.book.active("g01")
        assert sign_on is not None
        assert account is not None
        gate.clock.advance(1)
        for _ in range(MOST_SESSIONS):
            gate.served.do(lambda _: sign_on.sessions.begin(account))

        assert first.who() is None


# --- PINs: ASVS 6 ------------------------------------------------------------------------------


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
    assert matches(account, PIN)
    assert not matches(account, OTHER_PIN)
    assert not matches(None, PIN)
    assert repr(account) == "Account(g01)"


def test_no_pin_is_in_an_answer(gate: Door) -> None:
    with gate.browser() as browser:
        for body in ({"code": "g01", "pin": "9" * 13}, {"code": "x", "pin": PIN}, {"pin": [PIN]}):
            answer = browser.post("/api/v1/session", body)
            assert answer.status_code == 422
            assert PIN not in answer.text
            assert "9999" not in answer.text


# --- no default account: ASVS 6.3.2 ------------------------------------------------------------


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
        assert browser.post("/api/v1/setup", right).status_code == 422
        gate.served.do(lambda _: gate.clock.advance(60))
        assert browser.post("/api/v1/setup", right).status_code == 200


# --- roles: ASVS 8 -----------------------------------------------------------------------------


def test_a_name_is_revealed_to_a_supervisor_with_a_reason_and_recorded(gate: Door) -> None:
    with gate.browser() as browser:
        browser.sign_on("s01")
        assert browser.post("/api/v1/passages/p-1/reveal", {}).status_code == 422
        shown = browser.post("/api/v1/passages/p-1/reveal", {"reason": "发热上报"})

    assert shown.json()["name"] == "张三"
    assert shown.headers["cache-control"] == "no-store"
    (record,) = gate.recorded(PersonRevealed)
    assert (record.by, record.role, record.reason) == ("s01", Role.SUPERVISOR, "发热上报")


@pytest.mark.parametrize("code", ["g01", "m01"])
def test_neither_a_guard_nor_a_maintainer_sees_a_name(gate: Door, code: str) -> None:  # 8.2.3
    with gate.browser() as browser:
        browser.sign_on(code)
        answer = browser.post("/api/v1/passages/p-1/reveal", {"reason": "想看"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role")
    assert gate.recorded(PersonRevealed) == []


def test_a_picture_is_shown_to_a_supervisor_with_a_reason_and_recorded(gate: Door) -> None:
    with gate.browser() as browser:
        browser.sign_on("s01")
        shown = browser.post("/api/v1/holds/h-1/picture", {"reason": "病例上报"})
        gone = browser.post("/api/v1/holds/h-2/picture", {"reason": "病例上报"})
        browser.sign_on("g01")
        refused = browser.post("/api/v1/holds/h-1/picture", {"reason": "想看"})

    assert (shown.status_code, gone.status_code, refused.status_code) == (200, 404, 403)
    assert shown.headers["content-type"] == "image/jpeg"
    (record,) = gate.recorded(SnapshotViewed)
    assert (record.hold_id, record.by, record.reason) == ("h-1", "s01", "病例上报")


def test_nothing_is_revealed_that_cannot_be_recorded(gate: Door) -> None:
    gate.access.writable = False
    with gate.browser() as browser:
        browser.sign_on("s01")
        answer = browser.post("/api/v1/passages/p-1/reveal", {"reason": "发热上报"})

    assert answer.status_code == 503
    assert "张三" not in answer.text


@pytest.mark.parametrize(
    ("by", "role", "status"),
    [
        ("g01", "guard", 403),
        ("s01", "guard", 200),
        ("s01", "supervisor", 200),
        ("s01", "maintainer", 403),
        ("m01", "maintainer", 200),
    ],
)
def test_accounts_are_made_by_who_may(gate: Door, by: str, role: str, status: int) -> None:
    with gate.browser() as browser:
        browser.sign_on(by)
        answer = browser.post("/api/v1/staff", {"name": "新人", "role": role, "pin": OTHER_PIN})

        assert answer.status_code == status
        if status == 200:
            code = answer.json()["code"]
            assert browser.sign_on(code, OTHER_PIN).status_code == 200


def test_a_guard_does_not_list_the_staff(gate: Door) -> None:  # 8.2.1
    with gate.browser() as browser:
        browser.sign_on("g01")
        assert browser.client.get("/api/v1/staff").status_code == 403


# --- the command -------------------------------------------------------------------------------


def test_accounts_are_managed_by_command_beside_a_running_daemon(tmp_path: Path) -> None:
    config = write_door(tmp_path, {"journal": {"path": "journal.sqlite"}})

    def staff(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(program("gate-agent")), "staff", *arguments, "--config", str(config)]
        return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)

    with door(tmp_path) as gate, gate.browser() as browser:
        added = staff("add", "--name", "周到", typed=f"{OTHER_PIN}\n")
        assert "g02 guard" in added.stdout, added.stderr
        assert browser.sign_on("g02", OTHER_PIN).status_code == 200
        assert "周到" in staff("list").stdout

        assert staff("disable", "--code", "g02").returncode == 0
        lapse(gate, 0)
        assert browser.who() is None
        assert "disabled" in staff("list").stdout
        assert staff("pin", "--code", "g02", typed=f"{PIN}\n").returncode == 0
        assert browser.sign_on("g02", PIN).status_code == 200
        refused = staff("add", "--name", "弱", typed="123456\n")
        assert refused.returncode == 2
        assert "123456" not in refused.stdout + refused.stderr


def test_a_broken_file_of_accounts_is_named(tmp_path: Path) -> None:
    (tmp_path / "j.staff.json").write_text('[{"code": 1}]', encoding="utf-8")

    with pytest.raises(StorageError, match="expected the staff's accounts"):
        StaffBook(tmp_path / "j").accounts()
