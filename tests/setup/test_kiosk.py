"""The kiosk: a real Chromium with exactly its flags shows a door's page, and its units hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser.real_door import RealDoor
from children import Child, free_port, listens, program, wait_until
from chromium import WINDOWED
from gate_agent.config.model import WebSection
from gate_agent.setup import kiosk
from gate_agent.setup.units import KIOSK_PACKAGES
from tree import text

PAGES = ("guard", "visitor")
# No compositor and no user's sandbox here; the rest is what a board starts.
INSTEAD = ("--headless", "--no-sandbox")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDoor]:
    with RealDoor(tmp_path_factory.mktemp("door")) as one:
        yield one


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_chromium_with_exactly_these_flags_shows_the_doors_page(
    door: RealDoor, page: str, tmp_path: Path
) -> None:
    """Started by the launcher itself: a program of Chromium's name passes its arguments on."""
    port = free_port()
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin" / kiosk.BROWSER
    more = " ".join([*INSTEAD, f"--remote-debugging-port={port}"])
    stand_in.write_text(
        "#!/bin/sh\n"
        f'printf "%s\\n" "$@" >{tmp_path}/given\n'
        f'for one; do shift; [ "$one" = {kiosk.ON_WAYLAND.text} ] || set -- "$@" "$one"; done\n'
        f'exec {WINDOWED} {more} "$@"\n',
        encoding="ascii",
    )
    stand_in.chmod(0o755)
    launcher = Child(
        tmp_path / "log", program("gate-agent"), "kiosk", page, "--config", door.config_file,
        environment={"PATH": f"{stand_in.parent}:{os.environ['PATH']}",
                     "RUNTIME_DIRECTORY": str(tmp_path / "run")},
    )  # fmt: skip

    with launcher.start(), sync_playwright() as driver:
        wait_until(lambda: listens(port) or not launcher.runs, "Chromium", 120)
        assert launcher.runs, launcher.said
        browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        shown = _page(browser)
        if page == "guard":
            expect(shown.locator("body")).to_have_attribute("data-live", "yes")
        else:
            expect(shown.get_by_text("请测温")).to_be_visible()
        assert shown.url == f"{door.url}{'/?kiosk' if page == 'guard' else '/visitor'}"
        browser.close()

    given = (tmp_path / "given").read_text(encoding="utf-8").splitlines()
    url, profile = given[-1], Path(f"{tmp_path}/run/chromium")
    assert ["chromium", *given] == kiosk.arguments(url, profile)
    assert profile.is_dir()


def _page(browser: Browser) -> Page:
    wait_until(lambda: browser.contexts and browser.contexts[0].pages, "a page")
    return browser.contexts[0].pages[0]


def test_it_waits_until_the_door_listens_and_takes_the_address_that_is_given(
    tmp_path: Path,
) -> None:
    port = free_port()
    stand_in = tmp_path / kiosk.BROWSER
    stand_in.write_text(f'#!/bin/sh\nfor one; do last=$one; done\necho "$last" >{tmp_path}/url\n')
    stand_in.chmod(0o755)
    launcher = Child(
        tmp_path / "log", program("gate-agent"), "kiosk", "visitor", "--config", "/nowhere",
        environment={"PATH": f"{tmp_path}:{os.environ['PATH']}",
                     "GATE_KIOSK_URL": f"http://127.0.0.1:{port}/visitor"},
    )  # fmt: skip
    server = Child(tmp_path / "server", shutil.which("python3") or "python3", "-m", "http.server",
                   str(port), "--bind", "127.0.0.1")  # fmt: skip

    with launcher.start(), server:
        assert not (tmp_path / "url").exists()
        server.start()
        assert launcher.ended() == 0, launcher.said

    assert (tmp_path / "url").read_text() == f"http://127.0.0.1:{port}/visitor\n"


def test_every_flag_has_a_reason_and_stands_once() -> None:
    names = [flag.text.partition("=")[0] for flag in kiosk.FLAGS]

    assert len(set(names)) == len(names)
    assert all(flag.why for flag in kiosk.FLAGS)


def test_the_address_is_the_doors_own() -> None:
    assert kiosk.address(WebSection(port=8088), "guard") == "http://127.0.0.1:8088/?kiosk"
    everywhere = WebSection(sign_on=True, host="10.0.0.8", base_url="https://west.hall.example")
    assert kiosk.address(everywhere, "visitor") == "https://west.hall.example/visitor"


@pytest.mark.parametrize("page", PAGES)
def test_systemd_accepts_the_unit(page: str, tmp_path: Path) -> None:
    unit = text(f"systemd/gate-kiosk-{page}@.service")
    (tmp_path / "cage").write_text("#!/bin/sh\n", encoding="ascii")
    (tmp_path / "cage").chmod(0o755)
    copy = tmp_path / f"gate-kiosk-{page}@.service"
    copy.write_text(unit.replace("/usr/bin/cage", str(tmp_path / "cage")), encoding="utf-8")

    verdict = subprocess.run(
        ["systemd-analyze", "--no-pager", "verify", "--man=no", copy],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )

    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")
    started = re.findall(r"^ExecStart=/usr/bin/cage -d -- (\S+) kiosk (\S+)", unit, re.MULTILINE)
    assert started == [("/opt/gate-agent/bin/gate-agent", page)]
    kept = ["Restart=always", "User=gate-kiosk", "TTYPath=/dev/tty1", "StartLimitIntervalSec=0"]
    for line in (*kept, f"RuntimeDirectory=gate-kiosk-{page}"):
        assert f"\n{line}\n" in unit
    assert "\nu gate-kiosk " in text("systemd/gate-agent.sysusers")


@pytest.mark.parametrize("package", KIOSK_PACKAGES)
def test_the_packages_are_named_in_both_manuals(package: str) -> None:
    for manual in ("docs/operations.en.md", "docs/operations.zh-CN.md"):
        assert f"`{package}`" in text(manual)
