"""How long each page of the centre takes, over HTTP, from the real collector over a full store."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from bench.collector.doors import ZONE, reference

_ASKED = 5
_WITHIN_S = 300
_REPORTS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class Timed:
    """One page: the first answer, and the median of those after it."""

    what: str
    first_ms: float
    median_ms: float
    is_report: bool = False


def measure_pages(url: str, now: datetime) -> list[Timed]:
    """Ask for every page, and let yesterday's daily report be made anew."""
    day = _yesterday(now)
    with httpx.Client(base_url=url, timeout=_WITHIN_S) as client:
        streams = client.get("/api/v1/events").raise_for_status().json()["streams"]
        hold = client.get("/api/v1/holds?limit=1").raise_for_status().json()["holds"][0]
        door, head = streams[len(streams) // 2], streams[len(streams) // 2]["upto"]
        events = f"/events/{door['gate']}/{door['epoch']}"
        case = f"/contacts/{hold['gate']}/{hold['hold_id']}"
        paths = [
            ("live page", "/"),
            ("its figures", "/api/v1/now"),
            ("its charts", "/api/v1/charts"),
            ("overview", "/api/v1/overview"),
            ("ledger 漏瞒迟核查", "/ledger"),
            ("events of a door", f"{events}?from={max(1, head // 2)}"),
            ("one event", f"{events}/{head}"),
            ("contacts 密切接触者", "/contacts"),
            ("contacts of one hold", case),
            ("alerts 告警", "/alerts"),
            ("policy", "/policy"),
            ("looks at personal data", "/looks"),
            ("daily reports 零报告", "/reports"),
            ("metrics", "/metrics"),
            ("interface: 1,000 events", f"/api/v1{events}?after={head // 2}&limit=1000"),
            ("interface: holds", "/api/v1/holds?limit=1000"),
        ]
        timed = [_timed(what, lambda path=path: client.get(path)) for what, path in paths]  # type: ignore[misc]
        who = {"who": reference("visitor-17")}
        timed.append(_timed("search 查询", lambda: client.post("/api/v1/search", json=who)))
        corrected = {"by": "bench", "why": "made anew"}
        timed.append(
            _timed(
                "daily report, made from the events",
                lambda: client.post(f"/reports/{day}/corrections", json=corrected),
                is_report=True,
            )
        )
        for what, path in (
            ("daily report, to print", f"/reports/{day}"),
            *((f"daily report, {form}", f"/reports/{day}/report.{form}") for form in _REPORTS),
        ):
            asked = _timed(what, lambda path=path: client.get(path), is_report=True)  # type: ignore[misc]
            timed.append(asked)
    return timed


def _timed(what: str, ask: Callable[[], httpx.Response], *, is_report: bool = False) -> Timed:
    took = []
    for _ in range(_ASKED):
        began = time.perf_counter()
        ask().raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    return Timed(what, took[0], statistics.median(took[1:]), is_report)


def is_reported(url: str, now: datetime) -> bool:
    """Tell whether the collector has made yesterday's report by itself."""
    return httpx.get(f"{url}/reports/{_yesterday(now)}", timeout=_WITHIN_S).is_success


def _yesterday(now: datetime) -> str:
    return (now.astimezone(ZONE) - timedelta(days=1)).date().isoformat()
