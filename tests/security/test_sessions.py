"""A session: its cookie, its token, its end. OWASP ASVS 5.0, 3.3, 3.5 and 7, by number."""

from __future__ import annotations

from pathlib import Path

from gate_agent.contract.access_records import (
    ShiftChange,
    ShiftChanged,
    StaffChange,
    StaffChanged,
)
from gate_agent.web.auth import ABSOLUTE_S, IDLE_S, MOST_SESSIONS
from security.signing import OTHER_PIN, Door, door

REGISTER = "/api/v1/passages/ab12-901/registration"
REGISTRATION = {"phone": "13812345678", "purpose": "社保"}


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

    assert gate.served.asked() == []


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

        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert thief.who() is None
        assert browser.who() is None

    changes = [(s.change, s.by, s.on_duty) for s in gate.recorded(ShiftChanged)]
    assert changes == [
        (ShiftChange.STARTED, "g01", ("g01",)),
        (ShiftChange.ENDED, "g01", ()),
    ]


def test_an_idle_session_ends_and_a_touch_keeps_it(gate: Door) -> None:  # 7.1.1, 7.3.1
    with gate.browser() as browser:
        browser.sign_on("g01")
        gate.lapse(IDLE_S - 1)
        browser.post("/api/v1/touch", {})
        gate.lapse(IDLE_S - 1)
        assert browser.who()["code"] == "g01"

        gate.lapse(2)
        assert browser.who() is None


def test_no_session_outlives_a_shift(gate: Door) -> None:  # 7.3.2
    with gate.browser() as browser:
        browser.sign_on("g01")
        for _ in range(int(ABSOLUTE_S / 3600)):
            assert browser.who() is not None
            gate.lapse(3600)
            browser.post("/api/v1/touch", {})

        assert browser.who() is None


def test_a_clock_that_is_set_ends_no_session_and_keeps_none(gate: Door) -> None:
    with gate.browser() as browser:
        browser.sign_on("g01")
        gate.served.do(lambda _: gate.clock.step(400 * 86400))
        gate.lapse(0)
        assert browser.who() is not None
        gate.served.do(lambda _: gate.clock.step(-800 * 86400))
        gate.lapse(IDLE_S)
        assert browser.who() is None


def test_a_disabled_account_is_signed_off_at_once(gate: Door) -> None:  # 7.4.2, 7.4.5
    with gate.browser() as guard, gate.browser() as supervisor:
        guard.sign_on("g01")
        supervisor.sign_on("s01")
        assert supervisor.post("/api/v1/staff/g01/disable", {}).status_code == 200
        gate.lapse(0)

        assert guard.who() is None
        assert guard.sign_on("g01").status_code == 401
    (change,) = gate.recorded(StaffChanged)
    assert (change.change, change.code, change.by) == (StaffChange.DISABLED, "g01", "s01")


def test_another_pin_ends_the_sessions_of_the_one_before(gate: Door) -> None:  # 7.4.3
    with gate.browser() as guard:
        guard.sign_on("g01")
        gate.book.set_pin("g01", OTHER_PIN)
        gate.lapse(0)

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
