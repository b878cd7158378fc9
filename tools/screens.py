"""Takes the pictures in docs/screens, in real Chromium: `make screens`, or with parts of names.

The guard screen is shown what `tests/web/scenes.py` invents; the collector's page comes from a
demo that really runs. Pictures are cut to a palette: a page of text needs no more.
"""  # noqa: INP001 a script, not a package

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from PIL import Image  # comes with the test environment
from playwright.sync_api import Browser, Error, Page

from chromium import KIOSK, PHONE, SMALL, WIDE, chromium, watched_page
from gate_agent.contract.policy import HallMode
from gate_agent.gate.screen_state import ScreenState
from gate_agent.words import both
from security.signing import PIN, door
from tree import ROOT
from web import cases, scenes
from web.served_door import Served

FOLDER = ROOT / "docs" / "screens"
COLOURS = 96
DEMO_S = 120  # more than enough: it is stopped when its picture is taken
CENTRE = both("terminal.demo_centre")  # as the demo calls it
DEMO_EVENTS = 25
After = Callable[[Page], None]


def _press(*names: str) -> After:
    def after(page: Page) -> None:
        for name in names:
            page.locator(name).first.click()

    return after


def _type(text: str) -> After:
    return lambda page: page.keyboard.type(text)


def states() -> dict[str, tuple[ScreenState, After | None]]:
    """Return each state of the guard screen, and what is done to it before its picture."""
    busy = cases.with_holds(scenes.registering(), *cases.two_holds())
    emergency = scenes.idle().model_copy(update={"hall_mode": HallMode.EMERGENCY})
    open_case = _press(".hold-do button")
    steps = {name: (shown, open_case) for name, shown in cases.course().items()}
    for tab, name in (
        ("symptoms", "tab=symptoms"),
        ("contacts", "tab=contacts"),
        ("left", "step=left"),
    ):
        steps[tab] = (cases.course()["report"], _press(".hold-do button", f"#case [data-{name}]"))
    left_over = scenes.idle().model_copy(update={"contacts": cases.contacts()})
    return {
        "": (busy, _type("13812345678")),
        "idle": (scenes.idle(), None),
        "reading": (scenes.measuring(), None),
        "card": (scenes.measured(), None),
        "registration": (scenes.registering(), _type("13812345678")),
        "family": (scenes.gathering(), None),
        "family-split": (scenes.gathering(), _press("#group")),
        "leave": (scenes.idle(), _press("#leave", "#inside li")),
        "recording": (scenes.recording(), None),
        "admitted": (scenes.admitted(), None),
        "denied": (scenes.denied(), None),
        "cold-skin": (scenes.rechecked(), None),
        "hold": (cases.held(), None),
        "hold-answered": (cases.held(), _press("[data-step=acknowledged]")),
        **{f"hold-{name}": (shown, after) for name, (shown, after) in steps.items()},
        "hold-overdue": (cases.held(cases.late_hold()), None),
        "contacts-left": (left_over, None),
        "overrule": (scenes.denied(), _press("#override")),
        "green": (scenes.green(), None),
        "new-door": (scenes.new_door(), _press("#more")),
        "symptoms": (scenes.measured(), _press("#symptoms")),
        "thermometer-lost": (scenes.device_lost(), None),
        "thermometer-not-trusted": (scenes.not_trusted(), None),
        "by-hand": (scenes.by_hand(), _type("366")),
        "checks": (scenes.not_trusted(), _press("#more")),
        "journal-failing": (scenes.journal_failing(), None),
        "offline": (scenes.uplink_down(), None),
        "emergency": (emergency, None),
        "duties": (scenes.idle(), _press("#duties")),
        "manual": (scenes.measured(), _press("#manual")),
    }


def take_guard(browser: Browser, wanted: Callable[[str], bool]) -> None:
    """Take the guard screen in its states, at the door's size and at a phone's."""
    for size in (KIOSK, PHONE):
        if wanted(name := f"guard-sign-on-{size[0]}"):
            with (
                tempfile.TemporaryDirectory() as folder,
                door(Path(folder)) as found,
                watched_page(browser, size) as watched,
            ):
                found.served.show(scenes.idle())
                watched.page.goto(found.served.url)
                watched.page.locator("#signon").wait_for()
                _take(watched.page, name)
                _take_accounts(watched.page, size[0])
    for size in (KIOSK, PHONE, WIDE, SMALL):
        for state, (snapshot, after) in states().items():
            name = "-".join(filter(None, ("guard", state, str(size[0]))))
            if wanted(name) and (size in (KIOSK, PHONE) or state in ("", "hold", "idle")):
                with Served() as served:
                    served.show(snapshot)
                    _take_page(browser, served.url, size, name, after)
        if wanted(f"guard-dead-{size[0]}") and size in (KIOSK, PHONE):
            with Served() as served:
                _take_page(browser, served.url, size, f"guard-dead-{size[0]}", _die(served))
    for look in ("dark", "contrast"):
        for state in ("", "idle", "admitted", "hold", "hold-contact"):
            name = "-".join(filter(None, ("guard", look, state, "1280")))
            if wanted(name):
                snapshot, after = states()[state]
                with Served() as served:
                    served.show(snapshot)
                    _take_page(browser, served.url, KIOSK, name, _in_look(look, after))
    if wanted("guard-en-1280"):
        with Served() as served:
            served.show(states()[""][0])
            _take_page(browser, f"{served.url}/?lang=en", KIOSK, "guard-en-1280", states()[""][1])


def take_visitor(browser: Browser, wanted: Callable[[str], bool]) -> None:
    """Take the visitors' display: the four modes of the hall, and what a person may be told."""
    for size in (KIOSK, WIDE, PHONE):
        for state, snapshot in scenes.visitors().items():
            name = f"visitor-{state}-{size[0]}"
            if not wanted(name) or (size != KIOSK and state not in ("open", "denied")):
                continue
            with Served() as served, watched_page(browser, size) as watched:
                served.do(lambda desk: setattr(desk, "policy", scenes.POLICY))
                served.show(snapshot)
                watched.page.goto(f"{served.url}/visitor")
                watched.page.wait_for_selector("body[data-live=yes]")
                watched.page.wait_for_load_state("networkidle")
                _take(watched.page, name)


def take_entry(browser: Browser, wanted: Callable[[str], bool]) -> None:
    """Take the page on a visitor's own phone, and what the guard sees of it."""
    if not wanted("enter-390"):
        return
    with Served() as served:
        served.show(scenes.registering())
        ticket = served.do(lambda desk: desk.entry())
        assert ticket is not None  # noqa: S101 for mypy: somebody registers
        with watched_page(browser, PHONE) as watched:
            page = watched.page
            page.goto(f"{served.url}/enter#{ticket.token}")
            page.locator("#number").wait_for()
            page.keyboard.type("13812345678")
            _take(page, "enter-390")
            page.locator(".purpose").nth(1).click()
            page.locator(".said").wait_for()
        _take_page(browser, served.url, KIOSK, "guard-entered-1280", None)


def _in_look(look: str, after: After | None) -> After:
    def chosen(page: Page) -> None:
        page.evaluate("(look) => localStorage.setItem('gate.look', look)", look)
        page.wait_for_selector(f"html[data-look={look}]")
        if after is not None:
            after(page)

    return chosen


def _die(served: Served) -> After:
    def after(page: Page) -> None:
        served.stop()
        page.wait_for_selector("#dead:not([hidden])")

    return after


def _take_page(
    browser: Browser, url: str, size: tuple[int, int], name: str, after: After | None
) -> None:
    with watched_page(browser, size) as watched:
        page = watched.page
        page.goto(url)
        page.wait_for_selector("body[data-live=yes]")
        page.locator("h1").first.click()  # a touch gives sound, as in real use
        if after is not None:
            after(page)
        _take(page, name)


def take_collector(browser: Browser) -> None:
    """Take the collector's page of a demo, once both doors have let people in."""
    command = [str(Path(sys.executable).parent / "gate-agent"), "demo", "--seconds", str(DEMO_S)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as demo,
    ):
        try:
            assert demo.stdout is not None  # noqa: S101 for mypy: it is a pipe
            lines = (re.search(rf"{re.escape(CENTRE)} .*(http\S+)", line) for line in demo.stdout)
            url = next(match[1] for match in lines if match)
            with watched_page(browser, KIOSK) as watched:
                page = watched.page
                while demo.poll() is None and not _counted(page, url):
                    page.wait_for_timeout(500)
                page.goto(url)
                page.wait_for_timeout(2500)  # the page asks for itself every second or so
                _take(page, "collector-1280")
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate()


def _counted(page: Page, url: str) -> bool:
    """Tell whether the collector listens, and holds some events of both doors."""
    try:
        overview = page.request.get(f"{url}api/v1/overview").json()
    except Error:
        return False
    return len(overview["gates"]) > 1 and all(
        gate["events"] > DEMO_EVENTS for gate in overview["gates"]
    )


def _take_accounts(page: Page, width: int) -> None:
    """Sign on as the supervisor, and take the accounts and the pad of a new PIN."""
    page.get_by_role("button", name="李管").click()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.locator("#signon").wait_for(state="hidden")
    page.locator("#post").click()
    page.get_by_role("button", name="账号管理").click()
    page.locator("#staff-add").wait_for()
    _take(page, f"guard-accounts-{width}")
    page.locator(".accounts [data-code=g01] button").first.click()
    page.locator("#staff-confirm").wait_for()
    _take(page, f"guard-accounts-pin-{width}")


def _take(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path = FOLDER / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} KiB")  # noqa: T201


def main(parts: list[str]) -> None:
    """Take the pictures whose names hold one of `parts`; without any, all."""
    FOLDER.mkdir(parents=True, exist_ok=True)

    def wanted(name: str) -> bool:
        return not parts or any(part in name for part in parts)

    with chromium() as browser:
        take_guard(browser, wanted)
        take_visitor(browser, wanted)
        take_entry(browser, wanted)
        if wanted("collector-1280"):
            take_collector(browser)


if __name__ == "__main__":
    main(sys.argv[1:])
