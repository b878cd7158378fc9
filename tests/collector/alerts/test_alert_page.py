"""The alerts' page: a test is sent, its link is opened, and only the button answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from children import wait_until
from chromium import PHONE, chromium, watched_page
from collector.days import LED
from collector.hall_of_doors import hall
from collector.phone import Phone
from collector.served_centre import SITE_KEY, app_of, centre_of, serving
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.channels import AppriseMessenger, Recipient

pytestmark = pytest.mark.browser


def test_a_test_is_sent_and_answered_on_a_telephone(tmp_path: Path) -> None:
    with hall(tmp_path) as one, Phone() as leader, chromium() as browser:
        centre = centre_of(one, lambda: LED)
        alerter = Alerter(
            centre, AlertBook(one.engine, SITE_KEY), messenger=AppriseMessenger(),
            people=(Recipient(name="李主任", urls=(leader.url,)),), base_url="http://hall.example",
        )  # fmt: skip
        with (
            serving(app_of(centre, alerter=alerter)) as client,
            watched_page(browser, PHONE) as watched,
        ):
            page = watched.page
            page.goto(f"{client.base_url}/alerts")
            page.get_by_label("经办人").fill("王科长")
            page.get_by_role("button", name="发送测试").click()
            expect(page.locator("tr[data-state]")).to_contain_text("待应答")
            alerter.round()
            wait_until(lambda: leader.texts, "the telephone to ring")
            found = re.search(r"http://hall.example(/answer/\S+)", leader.texts[0])
            assert found
            page.goto(f"{client.base_url}{found[1]}")
            expect(page.get_by_role("button", name="我已收到")).to_be_visible()
            assert client.get("/alerts").text.count('data-state="open"') == 1

            page.get_by_role("button", name="我已收到").tap()

            expect(page.locator("section").first).to_contain_text("已应答：李主任")
            assert 'data-state="answered"' in client.get("/alerts").text
            assert watched.faults == []
        alerter.close()
