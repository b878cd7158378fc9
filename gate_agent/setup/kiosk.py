"""A door's page as the whole screen of a board (全屏): waits for the door, then becomes Chromium.

One list of flags, each with its reason; a test starts Chromium with exactly these.
"""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gate_agent.config.model import WebSection

BROWSER = "chromium"
_LOOK_EVERY_S = 1.0
_PATHS = {"guard": "/?kiosk", "visitor": "/visitor"}


@dataclass(frozen=True, slots=True)
class Flag:
    """One argument of Chromium's."""

    text: str
    why: str


ON_WAYLAND = Flag("--ozone-platform=wayland", "cage is a Wayland compositor, and has no X")
FLAGS = (
    ON_WAYLAND,
    Flag("--kiosk", "the page is the screen: no bar, no tab, no way out by touch"),
    Flag("--no-first-run", "nobody is there to greet"),
    Flag("--no-default-browser-check", "there is no other browser"),
    Flag("--lang=zh-CN", "date pickers and messages of the browser itself"),
    Flag("--autoplay-policy=no-user-gesture-required", "an alarm sounds before anybody touched it"),
    Flag("--hide-crash-restore-bubble", "after a power cut the page comes back by itself"),
    Flag("--noerrdialogs", "no dialog of the browser's own covers an alarm"),
    Flag("--disable-renderer-backgrounding", "an alarm's timers are never slowed down"),
    Flag("--disable-background-timer-throttling", "the same, while nothing is drawn"),
    Flag("--disable-backgrounding-occluded-windows", "the same, where a screen is switched off"),
    Flag("--disable-pinch", "two fingers, or a sleeve, do not enlarge the page"),
    Flag("--overscroll-history-navigation=0", "a swipe does not leave the page"),
    Flag("--disable-features=Translate", "nobody asks whether to translate"),
    Flag("--deny-permission-prompts", "no question covers the page; it needs no permission"),
    Flag("--password-store=basic", "no keyring of a desktop that is not there"),
    Flag("--disable-sync", "no account"),
    Flag("--disable-background-networking", "it asks nobody but its door"),
    Flag("--disable-component-update", "the same: Debian updates it"),
    Flag("--disk-cache-size=16777216", "the profile lies in memory, which is small"),
)


def address(web: WebSection, page: str) -> str:
    """Return where a door's page is."""
    return f"{web.url}{_PATHS[page]}"


def arguments(url: str, profile: Path) -> list[str]:
    """Return Chromium's command line; its profile is gone when the board is switched off."""
    return [BROWSER, *(flag.text for flag in FLAGS), f"--user-data-dir={profile}", url]


def become(url: str, profile: Path) -> None:
    """Wait until somebody listens there, then be the browser. Does not return."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    never = threading.Event()
    while not _listens(parts.hostname or "", port):
        never.wait(_LOOK_EVERY_S)
    command = arguments(url, profile)
    os.execvp(command[0], command)  # noqa: S606 no shell is wanted


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_LOOK_EVERY_S).close()
    except OSError:
        return False
    return True
