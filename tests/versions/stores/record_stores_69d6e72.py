"""Records what 0.4.0 keeps, a journal and a store, with something in every table.

Run once, by that version's own code, from a worktree of its commit:

    PYTHONPATH=tests:. .venv/bin/python …/record_stores_69d6e72.py …/tests/versions/stores

What is recorded is never recorded again: it is what is out there.
"""
# mypy: ignore-errors

from __future__ import annotations

import base64
import re

from httpx import Client
from recording import NUMBER, post, record

from collector.days import DAY, to
from collector.duty import Duty
from collector.hall_of_doors import ref

HOLD = "west-1f/hold-1"
NEAR = {"person_ref": ref("near"), "seen": 0}
ROSTER = f"证件号码,姓名,值班\n{NUMBER},测试员,是\n"


def office(client: Client, duty: Duty) -> None:
    """Do what the office does at its pages, each thing that leaves a row of its own."""
    _sheets(client)
    post(
        client, f"/contacts/{HOLD}", people=[NEAR], state="confirmed", reason="邻座",
    )  # fmt: skip
    version = client.get("/api/v1/policy").json()["version"]
    post(client, "/announcements", zh="大厅今日暂停服务。", en="Closed today.", base=version)
    bags = {"kind": "masks", "bags": 2, "place": "一层库房", "handed_to": "环卫站"}
    post(client, f"/reports/{DAY}/entries", corrects=None, entry=bags)
    post(client, "/api/v1/orders", gate="west-1f", place="waiting", who="")
    post(
        client, f"/cases/{HOLD}/district", told=f"{DAY}T10:20", to="区疫情防控办",
        taken_by="李科长", reference="东疾控〔2026〕12号",
    )  # fmt: skip
    post(client, f"/cases/{HOLD}/papers", kind="first", statement="现场平稳，人员情绪稳定。")
    _alerts(client, duty)
    to(duty.hall, 24)
    followed = {"gate": "west-1f", "hold_id": "hold-1", "person_ref": ref("near")}
    post(
        client, "/contacts/follow", people=[followed], day="2026-11-25", place="home",
        health="well", note="",
    )  # fmt: skip


def _sheets(client: Client) -> None:
    """Let a roster and an appointment bring names and a code."""
    content = base64.b64encode(ROSTER.encode()).decode()
    sheet = {"why": "花名册", "content": content, "replace": True}
    look = post(client, "/policy/sheets/roster", **sheet)["look"]
    post(client, "/policy/sheets/roster", seen=look["seen"], **sheet)
    post(
        client, "/policy/appointments", why="来电预约", number=NUMBER, name="测试员",
        begins="2026-11-25 10:00", ends="2026-11-25 11:00", code="7F3K9Q2MX4",
    )  # fmt: skip


def _alerts(client: Client, duty: Duty) -> None:
    """Answer an alert by the link on a telephone, and write of it."""
    link = re.search(r"https://hall\.example(/answer/[0-9a-f]{40})", duty.leader.texts[0])
    post(client, link[1])
    post(client, "/alerts/1/comments", text="已到现场。")


if __name__ == "__main__":
    record("69d6e72", office)
