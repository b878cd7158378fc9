"""Every page of the centre, in both languages and at both sizes: sound, and within its window."""

from __future__ import annotations

from pathlib import Path

import pytest

from chromium import KIOSK, PHONE, chromium, sound, watched_page
from collector.days import DAY, quiet_day
from collector.hall_of_doors import hall
from collector.handed import PRIVATE, a_case
from collector.served_centre import app_of, centre_of, serving
from gate_collector.reports.versions import make_due

pytestmark = pytest.mark.browser
_CASE = "/contacts/west-1f/hold-1"
_PAGES = (
    "/", "/reports", f"/reports/{DAY}", "/alerts", "/contacts", "/contacts/due", _CASE,
    "/appointments", "/policy", "/ledger", "/retention", "/looks",
    _CASE.replace("contacts", "cases"),
)  # fmt: skip


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_every_page_is_sound_in_both_languages(tmp_path: Path, size: tuple[int, int]) -> None:
    with hall(tmp_path) as one, chromium() as browser:
        a_case(one)
        quiet_day(one)
        one.settle()
        make_due(centre_of(one))
        app = app_of(centre_of(one), private=PRIVATE)
        with serving(app) as client, watched_page(browser, size) as watched:
            client.post(f"{_CASE}/export", json={"by": "王科长", "why": "报送区疫情防控办"})
            for path in _PAGES:
                for lang in ("zh", "en"):
                    watched.page.goto(f"{client.base_url}{path}?lang={lang}")
                    sound(watched.page)

            assert watched.faults == []
            assert watched.hosts == {"127.0.0.1"}
