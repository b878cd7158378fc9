"""Takes the pictures of the centre's pages for docs/screens, in Debian's Chromium."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import io
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from PIL import Image  # noqa: E402 comes with the test environment
from playwright.sync_api import Browser, Page  # noqa: E402 as below

from chromium import KIOSK, PHONE, chromium, watched_page  # noqa: E402 as above
from collector.days import LED  # noqa: E402 the tests' own hall
from collector.hall_of_doors import TEN, Hall, hall, ref  # noqa: E402 as above
from collector.handed import PRIVATE, a_case, registered  # noqa: E402 as above
from collector.served_centre import app_of, book_of, centre_of, desk_of, serving  # noqa: E402 as above
from gate_agent.contract.moment import format_utc  # noqa: E402 as above
from gate_agent.contract.policy_document import PolicyDocument  # noqa: E402 as above
from gate_agent.contract.privacy_records import DataPurged, PurgeCause  # noqa: E402 as above
from gate_agent.contract.records import (  # noqa: E402 as above
    AgentStopped,
    Category,
    Decision,
    ModeApplied,
)
from gate_collector.alarms.book import clear_by_hand, standing  # noqa: E402 as above
from gate_collector.policies.book import PolicyBook  # noqa: E402 as above
from gate_collector.reports.versions import make_due  # noqa: E402 as above
from gate_collector.roles.accounts import Accounts  # noqa: E402 as above
from gate_collector.roles.session import Role  # noqa: E402 as above

PASSWORD = "correct horse battery"  # noqa: S105 of a picture
NAMES = {"west-1f": "一层西侧出入口", "central-2f": "二层中央出入口"}
COLOURS = 96  # as tools/screens.py
FOLDER = ROOT / "docs" / "screens"
PAGES = {"live": "/", "ledger": "/ledger", "policy": "/policy", "alerts": "/alerts",
         "report": "/reports/2026-11-23", "preview": "/reports/2026-11-24",
         "codes": "/rounds"}  # fmt: skip


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, hall(Path(folder)) as one, chromium() as browser:
        book = book_of(one)
        _people(one)
        _policy(one, book)
        make_due(centre_of(one, book.in_force))
        centre = centre_of(one, book.in_force)
        with serving(app_of(centre, book)) as client:
            for size in (KIOSK, PHONE):
                for name, path in PAGES.items():
                    with _page(browser, size, f"{client.base_url}{path}") as page:
                        if name == "live":
                            page.locator("#week svg").wait_for()
                            page.locator(".hold").first.wait_for()
                        _take(page, name, size)
        (Path(folder) / "signed").mkdir()
        with hall(Path(folder) / "signed") as two:
            accounts = _accounts(two)
            app = app_of(centre_of(two), accounts=accounts, private=PRIVATE)
            with serving(app) as client:
                for size in (KIOSK, PHONE):
                    _signed(browser, size, str(client.base_url))


def _signed(browser: Browser, size: tuple[int, int], url: str) -> None:
    """Take what somebody sees who signs on: the maintainer, the leader, the office."""
    with _page(browser, size, f"{url}/sign-on") as page:
        for _ in range(2):
            _sign_on(page, "李主任", "not the password")
            page.get_by_role("alert").wait_for()
        _take(page, "sign-on", size)
    for who, name, path in (
        ("赵运维", "accounts", "/accounts"),
        ("李主任", "alarms", "/ledger"),
        ("王科长", "retention", "/retention"),
        ("王科长", "certificate", ""),
        ("王科长", "contacts", "/contacts/west-1f/hold-1"),
        ("王科长", "case", "/cases/west-1f/hold-1"),
    ):
        with _page(browser, size, f"{url}/sign-on") as page:
            _sign_on(page, who, PASSWORD)
            page.locator(".who").wait_for()
            if path:
                page.goto(f"{url}{path}")
            else:
                page.goto(f"{url}/retention")
                page.get_by_role("link", name="证明").first.click()
                page.locator(".sheet").wait_for()
            if name == "contacts":
                _handed(browser, page, size)
            _take(page, name, size)


def _handed(browser: Browser, page: Page, size: tuple[int, int]) -> None:
    """Export the contacts, and take the file as the district's office opens it."""
    page.get_by_label("原因").last.fill("报送区疫情防控办")
    page.get_by_role("button", name="导出加密名单").click()
    page.locator("#exported").wait_for()
    password = page.locator("#exported .password").inner_text()
    with page.expect_download() as download:
        page.locator("#file").click()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / download.value.suggested_filename
        download.value.save_as(file)
        with _page(browser, size, file.as_uri()) as opened:
            _take(opened, "sealed", size)
            opened.get_by_label("口令").fill(password)
            opened.get_by_role("button", name="打开").click()
            opened.locator("tbody tr").first.wait_for()
            _take(opened, "sealed-open", size)
    page.locator("#exported .hint").scroll_into_view_if_needed()


def _sign_on(page: Page, name: str, password: str) -> None:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("口令").fill(password)
    page.get_by_role("button", name="登录").click()


@contextmanager
def _page(browser: Browser, size: tuple[int, int], url: str) -> Iterator[Page]:
    with watched_page(browser, size) as watched:
        watched.page.goto(url)
        yield watched.page


def _take(page: Page, name: str, size: tuple[int, int]) -> None:
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(FOLDER / f"collector-{name}-{size[0]}.png", optimize=True)


def _accounts(two: Hall) -> Accounts:
    """Let a hall have accounts, an alarm that stands, one that was cleared, and erasures."""
    a_case(two)
    for door in (two.west, two.central):
        door.heartbeat(name=NAMES[door.gate])
    two.central.say(registered(two.central.passage(who="visitor-2"), "visitor-2"))
    two.settle()
    centre = centre_of(two)
    for sequence in (1, 2):
        two.west.sequence, two.west.link = sequence - 1, bytes(32)
        two.west.say(AgentStopped(reason=f"another journal {sequence}"))
        two.settle()
        with two.engine.begin() as connection:
            (alarm,) = (one for one in standing(connection) if one.kind == "mismatch")
            if sequence == 1:
                clear_by_hand(
                    connection, alarm.id, seen=alarm.detail, by="李主任", role="leader",
                    why="核对为备用板误启动，已停用", at=format_utc(two.clock.utc),
                )  # fmt: skip
        two.clock.advance(900)
    two.central.say(DataPurged(cause=PurgeCause.RETENTION, retention_days=14, people=31))
    two.settle()
    desk_of(centre).erase(ref("visitor-2"), "王科长", "本人来函要求删除")
    accounts = Accounts(centre)
    for name, role in (("赵运维", Role.MAINTAINER), ("李主任", Role.LEADER),
                       ("王科长", Role.OFFICE), ("钱审计", Role.AUDITOR)):  # fmt: skip
        accounts.make(name, role, PASSWORD)
    accounts.disable("钱审计")
    return accounts


def _policy(one: Hall, book: PolicyBook) -> None:
    tree = LED.model_dump(mode="json", include={"rota"}) | {"hall_mode": "appointment"}
    policy = book.issue(lambda _: tree, by="王科长", why="二级响应")
    applied = ModeApplied(
        policy_version=1, hall_mode=policy.hall_mode, policy_sha256=PolicyDocument.of(policy).sha256
    )
    for door in (one.west, one.central):
        door.say(applied)
        door.heartbeat(name=NAMES[door.gate])
    one.settle()


def _people(one: Hall) -> None:
    chance = random.Random(7)  # noqa: S311 a picture
    for door in (one.central, one.west):
        for back in range(6, 0, -1):
            for _ in range(chance.randint(40, 120)):
                door.passage(at=TEN - timedelta(days=back, seconds=chance.randint(0, 6000)))
        for _ in range(160):
            category = chance.choice([Category.VISITOR, Category.VISITOR, Category.STAFF])
            decision = chance.choice([Decision.ADMIT] * 25 + [Decision.DENY, Decision.RECHECK])
            at = TEN - timedelta(seconds=chance.randint(1, 7000))
            door.passage(at=at, category=category, decision=decision, took_s=chance.uniform(2, 9))
    one.west.hold("hold-1", at=TEN - timedelta(seconds=4))
    one.settle()


if __name__ == "__main__":
    main()
