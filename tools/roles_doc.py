"""Makes the tables of docs/security.md: every route of door, centre, bureau, and who may use it."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import re
import sys

from gate_agent.http.grants import table
from gate_agent.web import grants as door_grants
from gate_collector.roles import grants as centre_grants
from tools.applications import bureau, centre, door
from tools.generated import ROOT, Generated

DOCUMENT = "security.md"


def files() -> dict[str, str]:
    """Return the document with the tables as the routes declare them now."""
    text = (ROOT / "docs" / DOCUMENT).read_text(encoding="utf-8")
    with door() as app:
        text = _between(text, "door", table(app.state.granted, door_grants.CALLERS))
    with centre() as app:
        text = _between(text, "centre", table(app.state.granted, centre_grants.CALLERS))
    with bureau() as app:
        text = _between(text, "bureau", table(app.state.granted, centre_grants.CALLERS))
    return {DOCUMENT: text}


def _between(text: str, name: str, made: str) -> str:
    marks = f"<!-- routes of the {name} -->\n", f"<!-- end of the {name}'s -->"
    pattern = f"({marks[0]}).*?({marks[1]})"
    return re.sub(pattern, lambda matched: f"{matched[1]}{made}{matched[2]}", text, flags=re.DOTALL)


FILES = Generated(folder=ROOT / "docs", made=files)

if __name__ == "__main__":
    sys.exit(FILES.main())
