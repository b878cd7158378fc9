"""Every page of the centre, in both languages and at each size: sound, and within its window."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Table

from chromium import KIOSK, PHONE, sound, watched_page
from collector.days import DAY, quiet_day
from collector.hall_of_doors import TEN, Hall, hall, ref
from collector.handed import PRIVATE, a_case
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.words import texts
from gate_collector.alerts.kinds import AlertState
from gate_collector.alerts.listed import ALERTS
from gate_collector.reports.round_codes import codes
from gate_collector.reports.versions import make_due
from gate_collector.store.schema import PASSAGE, PURGED, QUARANTINE
from gate_collector.store.schema_office import (
    ACCOUNT,
    ALERT,
    ANNOUNCEMENT,
    ATTEMPT,
    ERASURE,
    LOOK,
    MERGED,
)

pytestmark = pytest.mark.browser
_WHY = "it does not follow the event before it: the chain is broken"
_DIGEST = re.compile("[0-9a-f]{16}")
_CODE = re.compile(r"west-1f|central-2f|hold-1|[0-9a-f]{16}|\bp95\b")  # what no clerk reads
_CASE = "/contacts/west-1f/hold-1"
_PAGES = (
    "/", "/reports", f"/reports/{DAY}", "/alerts", "/contacts", "/contacts/due", _CASE,
    "/appointments", "/policy", "/policy/try?rate=50", "/rounds", "/ledger", "/retention", "/looks",
    _CASE.replace("contacts", "cases"),
)  # fmt: skip

_LONG = (
    "/ledger", "/retention", "/looks", "/announcements", "/passages", "/reports", "/alerts",
    "/accounts",
)  # fmt: skip
_SILENT = texts("alarm_do.silent", door="一层西侧出入口")
_TOLD = ("𠮷野䶮", "阿卜杜热合曼·买买提依明江阿吉")  # rare signs, and fifteen of them
_BROKEN_LINES = "cells => cells.filter(cell => cell.getClientRects().length > 1).length"
_WALL = (1920, 1080)
_MOST_HIGH = 4200  # pixels on a screen; a list of 200 rows alone was twice that


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_sound_at_each_size(browser: Browser, tmp_path: Path, lang: str) -> None:
    with hall(tmp_path) as one:
        one.west.heartbeat(name="一层西侧出入口")
        one.central.heartbeat(name="二层中央出入口")
        a_case(one)
        quiet_day(one)
        one.settle()
        make_due(centre_of(one))
        app = app_of(centre_of(one), private=PRIVATE)
        with serving(app) as client, watched_page(browser) as watched:
            client.post(f"{_CASE}/export", json={"by": "王科长", "why": "报送区疫情防控办"})
            person = client.post("/api/v1/search", json={"who": ref("feverish")}).json()["page"]
            code = f"/rounds/{codes(centre_of(one))[0].token}"
            sizes = (KIOSK, PHONE, _WALL) if lang == "zh" else (KIOSK, PHONE)
            codes_shown: set[tuple[str, str]] = set()
            for path in (*_PAGES, person, code):
                asked = f"{path}{'&' if '?' in path else '?'}lang={lang}"
                watched.page.goto(f"{client.base_url}{asked}")
                for width, height in sizes:
                    watched.page.set_viewport_size({"width": width, "height": height})
                    sound(watched.page)
                shown = watched.page.locator("body").inner_text()
                codes_shown |= {(path, text) for text in _CODE.findall(shown)}

            assert codes_shown == set()
            assert watched.faults == []
            assert watched.hosts == {"127.0.0.1"}


def _many(one: Hall, rows: int) -> None:
    """Put so many rows into every list that the database fills."""
    at = [format_utc(TEN - timedelta(minutes=7 * number)) for number in range(rows)]
    signed = {"by": "王科长", "role": "office", "why": "核对登记情况，逐项查看"}
    kept: dict[Table, list[dict[str, Any]]] = {
        LOOK: [{"at": t, "who": "王科长", "role": "office", "what": "reveal", "subject": "b" * 64,
                "why": signed["why"]} for t in at],
        QUARANTINE: [{"gate": "west-1f", "epoch": "e" * 32, "sequence": n, "why": _WHY, "at": t,
                      "body": b"", "bodysha256": n.to_bytes(32, "big"), "times": 1}
                     for n, t in enumerate(at)],
        ERASURE: [{"request": f"{n:016x}", "at": t, "person_ref": "c" * 64, "done": t, **signed}
                  for n, t in enumerate(at)],
        PURGED: [{"at": t, "cause": "request", "request": f"{n:016x}", "gate": "west-1f",
                  "epoch": "e" * 32, "redacted": 1, "first_sequence": n, "last_sequence": n,
                  "link_before": b"", "link_after": b""} for n, t in enumerate(at)],
        ANNOUNCEMENT: [{"at": t, "by": "王科长", "hall_mode": "open", "policy_version": 1,
                        "facts": "", "zh": "请佩戴口罩。\n请测温。", "en": ""} for t in at],
        MERGED: [{"day": "2026-11-01", "version": n + 1, "made": t, "by": "clock", "why": "",
                  "complete": True, "abnormal": 0, "sha256": "", "document": "{}"}
                 for n, t in enumerate(at)],
        PASSAGE: [{"gate": "west-1f", "passage_id": f"p{n}", "epoch": "e" * 32, "sequence": n,
                   "day": DAY, "category": "visitor", "decision": "admit", "person_ref": None,
                   "started": t, "decided": t, "hold_id": None, "drill": False}
                  for n, t in enumerate(at)],
        ALERT: [{"key": f"k{n}", "topic": "", "kind": "silent", "gate": "west-1f", "subject": "",
                 "text": _SILENT["zh"], "text_en": _SILENT["en"], "opened": t, "step": 1,
                 "state": list(AlertState)[n % len(AlertState)], "answered": t, "ended": t,
                 "answered_by": _TOLD[n % 2], "next_at": "9999"} for n, t in enumerate(at)],
        ATTEMPT: [{"alert_id": n + 1, "at": t, "person": _TOLD[n % 2], "channel": "wecom",
                   "sent": n % 3 > 0, "took_ms": 9, "step": 0} for n, t in enumerate(at)],
        ACCOUNT: [{"name": f"{n}号", "role": "auditor", "password": "", "made": t,
                   "disabled": False} for n, t in enumerate(at)],
    }  # fmt: skip
    with one.engine.begin() as connection:
        for table, lines in kept.items():
            connection.execute(table.insert(), lines)


@pytest.mark.parametrize("rows", [10, 213])
def test_a_list_of_any_length_is_a_page_that_is_read(
    browser: Browser, tmp_path: Path, rows: int
) -> None:
    with hall(tmp_path) as one:
        one.west.heartbeat(name="一层西侧出入口")
        one.settle()
        _many(one, rows)
        with serving(app_of(centre_of(one))) as client, watched_page(browser, KIOSK) as watched:
            high = {}
            for path in _LONG:
                watched.page.goto(f"{client.base_url}{path}")
                high[path] = watched.page.evaluate("document.documentElement.scrollHeight")
                shown = watched.page.locator("main").inner_text()
                assert "west-1f" not in shown, path
                assert not _DIGEST.search(shown), path
                if path == "/alerts":
                    states = watched.page.locator("#alerts td:nth-child(3) span")
                    assert states.count() == min(rows, ALERTS.page)
                    assert states.evaluate_all(_BROKEN_LINES) == 0
            sound(watched.page)

            assert {path: size for path, size in high.items() if size > _MOST_HIGH} == {}
            assert watched.faults == []
