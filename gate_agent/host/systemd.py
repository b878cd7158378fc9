"""Tells the service manager how we are: READY, WATCHDOG, STOPPING (sd_notify(3))."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_GRANTED_US = 600_000_000  # from each word of ours on: one sync of a card may take minutes
_ASK_EVERY_S = 10.0


def notify(state: str) -> None:
    """Send `state` (such as `READY=1`) to systemd; without systemd, do nothing.

    A manager that went away must never stop a door: an error of the socket is not ours.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # abstract namespace
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        try:
            out.sendto(state.encode(), address)
        except OSError:
            return


def watchdog_period_s() -> float | None:
    """Return how often the manager wants `WATCHDOG=1` (half its limit), None if it does not."""
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 2e6 if limit_us.isdigit() and int(limit_us) > 0 else None


def more_time(status: str) -> None:
    """Ask for ten more minutes before the start is given up, and say what they are spent on."""
    notify(f"EXTEND_TIMEOUT_USEC={_GRANTED_US}\nSTATUS={status}")


@contextmanager
def takes_longer(status: str) -> Iterator[None]:
    """Ask for more time as long as this lasts, for work that cannot tell how far it is."""
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            more_time(status)
            ended.wait(_ASK_EVERY_S)

    asking = threading.Thread(target=ask, name="takes longer", daemon=True)
    asking.start()
    try:
        yield
    finally:
        ended.set()
        asking.join()
        notify("STATUS=")
