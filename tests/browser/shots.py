"""Takes a picture of the guard screen in every state: python tests/browser/shots.py OUTDIR."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Page

from chromium import KIOSK, PHONE, chromium, watched_page
from gate_agent.domain.policy import HallMode
from gate_agent.domain.records import HoldState
from gate_agent.gate.snapshot import Snapshot
from web import scenes
from web.serving import Served

After = Callable[[Page], None]


def _type_phone(page: Page) -> None:
    page.keyboard.type("13812345678")


def _press(name: str) -> After:
    return lambda page: page.locator(name).first.click()


def states() -> dict[str, tuple[Snapshot, After | None]]:
    busy = scenes.with_holds(scenes.registering(), *scenes.two_holds())
    emergency = scenes.idle().model_copy(update={"hall_mode": HallMode.EMERGENCY})
    answered = scenes.hold(state=HoldState.ACKNOWLEDGED, due_s=588)
    confirmed = scenes.hold(state=HoldState.CONFIRMED, due_s=250, contact_centi_c=3781)
    return {
        "idle": (scenes.idle(), None),
        "measuring": (scenes.measuring(), None),
        "identified": (scenes.identified(), None),
        "measured": (scenes.measured(), None),
        "registration": (scenes.registering(), None),
        "registration-typed": (scenes.registering(), _type_phone),
        "registration-two-holds": (busy, _type_phone),
        "recording": (scenes.recording(), None),
        "admit": (scenes.admitted(), None),
        "deny": (scenes.denied(), None),
        "recheck": (scenes.rechecked(), None),
        "hold-alarm": (scenes.held(), None),
        "hold-next-person": (scenes.with_holds(scenes.measured(), *scenes.two_holds()), None),
        "hold-contact": (scenes.held(answered), _press("[data-step=rechecked]")),
        "hold-report": (scenes.held(confirmed), _press("[data-step=reported]")),
        "override": (scenes.denied(), _press("#override")),
        "symptoms": (scenes.measured(), _press("#symptoms")),
        "device-lost": (scenes.device_lost(), None),
        "journal-failing": (scenes.journal_failing(), None),
        "uplink-down": (scenes.uplink_down(), None),
        "emergency": (emergency, None),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    english = {"idle", "registration-two-holds", "deny", "hold-alarm", "hold-next-person", "admit"}
    with chromium() as browser:
        for size, label in ((KIOSK, "kiosk"), (PHONE, "phone")):
            for name, (snapshot, after) in states().items():
                for lang in ("zh", "en") if name in english else ("zh",):
                    with Served() as served, watched_page(browser, size) as watched:
                        served.show(snapshot)
                        page = watched.page
                        page.goto(f"{served.url}/?lang={lang}")
                        page.wait_for_selector("body[data-live=yes]")
                        if after is not None:
                            after(page)
                        page.screenshot(path=folder / f"{label}-{name}-{lang}.png")
                        for fault in watched.faults:
                            print(label, name, lang, fault)
            with Served() as served, watched_page(browser, size) as watched:
                watched.page.goto(served.url)
                watched.page.wait_for_selector("body[data-live=yes]")
                served.stop()
                watched.page.wait_for_selector("#dead:not([hidden])")
                watched.page.screenshot(path=folder / f"{label}-dead-zh.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
