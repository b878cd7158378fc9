"""What each role may do, and how accounts are managed. OWASP ASVS 5.0, 8, by number."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands import Said, command
from doorfiles import write_door
from gate_agent.contract.access_records import (
    GuardRole,
    PersonRevealed,
)
from gate_agent.contract.records import SnapshotViewed
from gate_agent.errors import StorageError
from gate_agent.store.staff import StaffBook
from security.signing import OTHER_PIN, PIN, Door, door

# --- roles: ASVS 8 -------------------------------------------------------------------------------


def test_a_name_is_revealed_to_a_supervisor_with_a_reason_and_recorded(gate: Door) -> None:
    with gate.browser() as browser:
        browser.sign_on("s01")
        assert browser.post("/api/v1/passages/p-1/reveal", {}).status_code == 422
        shown = browser.post("/api/v1/passages/p-1/reveal", {"reason": "发热上报"})

    assert shown.json()["name"] == "张三"
    assert shown.headers["cache-control"] == "no-store"
    (record,) = gate.recorded(PersonRevealed)
    assert (record.by, record.role, record.reason) == ("s01", GuardRole.SUPERVISOR, "发热上报")


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


# --- the command ---------------------------------------------------------------------------------


def test_accounts_are_managed_by_command_beside_a_running_daemon(tmp_path: Path) -> None:
    config = write_door(tmp_path, {"journal": {"path": "journal.sqlite"}})

    def staff(*arguments: str, typed: str = "") -> Said:
        return command("gate-agent", "staff", *arguments, "--config", config, typed=typed)

    with door(tmp_path) as gate, gate.browser() as browser:
        added = staff("add", "--name", "周到", typed=f"{OTHER_PIN}\n")
        assert "g02 guard" in added.out, added.err
        assert browser.sign_on("g02", OTHER_PIN).status_code == 200
        assert "周到" in staff("list").out

        assert staff("disable", "--code", "g02").code == 0
        gate.lapse(0)
        assert browser.who() is None
        assert "disabled" in staff("list").out
        assert staff("pin", "--code", "g02", typed=f"{PIN}\n").code == 0
        assert browser.sign_on("g02", PIN).status_code == 200
        refused = staff("add", "--name", "弱", typed="123456\n")
        assert refused.code == 2
        assert "123456" not in refused.out + refused.err


def test_a_broken_file_of_accounts_is_named(tmp_path: Path) -> None:
    (tmp_path / "j.staff.json").write_text('[{"code": 1}]', encoding="utf-8")

    with pytest.raises(StorageError, match="expected the staff's accounts"):
        StaffBook(tmp_path / "j").accounts()
