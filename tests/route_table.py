"""The tables of routes in docs/security.md, and a request for each of their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from gate_agent.words import both
from tree import ROOT

_FILLED = {
    "gate": "west-1f", "epoch": "0" * 32, "day": "2026-11-24", "form": "json", "kind": "rota",
    "token": "0" * 40, "code": "g77",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One route, and what the table says of each caller."""

    method: str
    path: str
    admits: dict[str, str]

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.method} {self.path}"

    def asked_of(self, client: httpx.Client, headers: dict[str, str]) -> httpx.Response:
        """Ask for it with an empty object, which does nothing; the answer's body may be unread."""
        path = re.sub(r"{(\w+)}", lambda found: _FILLED.get(found[1], "1"), self.path)
        request = client.build_request(
            self.method, path, headers=headers, json={} if self.method == "POST" else None
        )
        answer = client.send(request, stream=True)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        answer.close()
        return answer


def lines(of: str, callers: dict[str, str]) -> list[Line]:
    """Return the table of the door or of the centre; `callers` names its columns."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition(f"<!-- routes of the {of} -->\n")[2].partition("\n<!--")[0]
    head, _, *rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()
    ]
    assert head[1:] == [both(key) for key in callers.values()]
    found = []
    for name, *cells in rows:
        method, path = name.strip("`").split()
        found.append(Line(method, path, dict(zip(callers, cells, strict=True))))
    return found
