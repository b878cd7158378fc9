"""Makes the tables of docs/security.md: every route of door and centre, and who may use it."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from fastapi import FastAPI

from tools.generated import ROOT, Generated

sys.path.insert(0, str(ROOT / "tests"))

from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of
from gate_agent.host.clock import SystemClock
from gate_agent.http.grants import table
from gate_agent.store.staff import StaffBook
from gate_agent.web import grants as door_grants
from gate_agent.web.app import create_app
from gate_agent.web.signon import SignOn
from gate_collector.roles import grants as centre_grants
from gate_collector.roles.accounts import Accounts
from security.signing import ScriptedAccess
from web.scripted_desk import ScriptedDesk

DOCUMENT = "security.md"


def files() -> dict[str, str]:
    """Return the document with both tables as the routes declare them now."""
    text = (ROOT / "docs" / DOCUMENT).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        door = table(_door(Path(folder)).state.granted, door_grants.CALLERS)
        with hall(Path(folder)) as one:
            centre = centre_of(one)
            app = app_of(centre, accounts=Accounts(centre))
            text = _between(text, "centre", table(app.state.granted, centre_grants.CALLERS))
    return {DOCUMENT: _between(text, "door", door)}


def _door(folder: Path) -> FastAPI:
    desk = ScriptedDesk()
    sign_on = SignOn(StaffBook(folder / "j"), SystemClock(), ScriptedAccess())
    return create_app(
        desk, desk.duties, desk.thermometer,
        version="0", host="127.0.0.1", port=8080, sign_on=sign_on,
    )  # fmt: skip


def _between(text: str, name: str, made: str) -> str:
    marks = f"<!-- routes of the {name} -->\n", f"<!-- end of the {name}'s -->"
    pattern = f"({marks[0]}).*?({marks[1]})"
    return re.sub(pattern, lambda found: f"{found[1]}{made}{found[2]}", text, flags=re.DOTALL)


FILES = Generated(folder=ROOT / "docs", made=files)

if __name__ == "__main__":
    sys.exit(FILES.main())
