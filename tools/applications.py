"""Both programs' web applications with every route they can have, for generators to look at."""  # noqa: INP001 scripts, not a package

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from tools.generated import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from collector.bureau.standing import bureau_of
from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of
from gate_agent.host.clock import SystemClock
from gate_agent.store.staff import StaffBook
from gate_agent.web.app import create_app
from gate_agent.web.signon import SignOn
from gate_collector.roles.accounts import Accounts
from security.signing import ScriptedAccess
from web.scripted_desk import ScriptedDesk


@contextmanager
def door() -> Iterator[FastAPI]:
    """Yield the application of a door where people sign on."""
    desk = ScriptedDesk()
    with tempfile.TemporaryDirectory() as folder:
        sign_on = SignOn(StaffBook(Path(folder) / "j"), SystemClock(), ScriptedAccess())
        yield create_app(
            desk, desk.duties, desk.thermometer,
            version="0", host="127.0.0.1", port=8080, sign_on=sign_on,
        )  # fmt: skip


@contextmanager
def centre() -> Iterator[FastAPI]:
    """Yield the application of a centre where people sign on."""
    with tempfile.TemporaryDirectory() as folder, hall(Path(folder)) as one:
        made = centre_of(one)
        yield app_of(made, accounts=Accounts(made))


@contextmanager
def bureau() -> Iterator[FastAPI]:
    """Yield the application of a bureau of two halls."""
    with tempfile.TemporaryDirectory() as folder, bureau_of(Path(folder), "一", "二") as app:
        yield app
