"""Takes the pictures of the centre's pages for docs/screens, in Debian's Chromium."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import random
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from centre.days import LED  # noqa: E402 the tests' own hall
from centre.hall import TEN, Hall, hall  # noqa: E402 as above
from centre.serving import app_of, book_of, centre_of, serving  # noqa: E402 as above
from chromium import KIOSK, PHONE, chromium, watched_page  # noqa: E402 as above
from gate_agent.domain.policy import policy_digest  # noqa: E402 as above
from gate_agent.domain.records import Category, Decision, ModeApplied  # noqa: E402 as above
from gate_collector.policies.book import PolicyBook  # noqa: E402 as above
from gate_collector.reports.versions import make_due  # noqa: E402 as above

FOLDER = ROOT / "docs" / "screens"
PAGES = {"live": "/", "ledger": "/ledger", "policy": "/policy", "alerts": "/alerts",
         "report": "/reports/2026-11-23"}  # fmt: skip


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, hall(Path(folder)) as one:
        book = book_of(one)
        _people(one)
        _policy(one, book)
        make_due(centre_of(one, book.in_force))
        with serving(app_of(centre_of(one, book.in_force), book)) as client, chromium() as browser:
            for size in (KIOSK, PHONE):
                for name, path in PAGES.items():
                    if name == "report" and size == KIOSK:
                        continue  # song type makes a large picture; the telephone's shows it
                    with watched_page(browser, size) as watched:
                        watched.page.goto(f"{client.base_url}{path}")
                        if name == "live":
                            watched.page.locator("#week svg").wait_for()
                            watched.page.locator(".hold").first.wait_for()
                        file = FOLDER / f"collector-{name}-{size[0]}.png"
                        watched.page.screenshot(path=file)


def _policy(one: Hall, book: PolicyBook) -> None:
    tree = LED.model_dump(mode="json", include={"rota"}) | {"hall_mode": "appointment"}
    policy = book.issue(lambda _: tree, by="王科长", why="二级响应")
    applied = ModeApplied(
        policy_version=1, hall_mode=policy.hall_mode, policy_sha256=policy_digest(policy)
    )
    for door in (one.west, one.central):
        door.say(applied)
        door.heartbeat()
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
