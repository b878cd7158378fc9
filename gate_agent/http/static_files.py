"""The files pages load: a program's own, and those that the pages of both programs share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from gate_agent.words import WORDS

_TABLE = "shared/table.js"  # what shared/words.js imports: no file, it is made of the one table


def static_files(own: Path, *places: str) -> StaticFiles:
    """Serve the files in `own`, and below `shared/` what door and centre both load.

    With them comes the table of the words that are read in `places`, as a script.
    """
    return _StaticFiles(own, frozenset(places))


class _StaticFiles(StaticFiles):
    def __init__(self, own: Path, places: frozenset[str]) -> None:
        super().__init__(directory=own, packages=[("gate_agent.http", "static")])
        self._places = places

    @cached_property
    def _table(self) -> tuple[bytes, Mapping[str, str]]:
        tables = json.dumps(WORDS.of(self._places), ensure_ascii=False, separators=(",", ":"))
        script = f"export const TABLES = {tables};\n".encode()
        return script, {
            "Content-Type": "text/javascript; charset=utf-8",
            "Cache-Control": "no-cache",
            "ETag": f'"{sha256(script).hexdigest()[:32]}"',
        }

    async def get_response(self, path: str, scope: Any) -> Response:
        """Return the file at `path`, or the table of words."""
        if path != _TABLE or scope["method"] not in ("GET", "HEAD"):
            return await super().get_response(path, scope)
        script, headers = await asyncio.to_thread(lambda: self._table)
        response = Response(script, headers=headers)
        if Headers(scope=scope).get("if-none-match") == headers["ETag"]:
            return NotModifiedResponse(response.headers)
        return response
