"""How somebody is told that a route is not for them: a page for a page, a refusal otherwise."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from gate_agent.http.answers import refused
from gate_agent.http.grants import READING
from gate_agent.words import Lang
from gate_collector.roles.grants import Closed
from gate_collector.web.pages import Pages

# What a message on a telephone links to: whoever signs on is brought back there.
BACK_TO = re.compile(
    r"/cases/[a-z0-9-]{1,63}/[A-Za-z0-9._-]{1,80}(/papers/[0-9]{1,5})?"
    r"|/reports/[0-9]{4}-[0-9]{2}-[0-9]{2}|/alerts(/[0-9]{1,9})?"
)


def install_closed(app: FastAPI, pages: Pages) -> None:
    """Make every `Closed` of `app` an answer."""

    def answer(request: Request, exc: Exception) -> Response:
        if not isinstance(exc, Closed):
            raise TypeError(f"expected Closed, got {type(exc).__name__}")
        path = request.url.path
        if request.method not in READING or path.startswith("/api/") or path == "/metrics":
            return refused(exc.status, exc, code=exc.code)
        lang: Lang = "en" if request.query_params.get("lang") == "en" else "zh"
        if exc.code == "sign_on":
            asked = {"to": path} if BACK_TO.fullmatch(path) else {}
            asked |= {"lang": lang} if lang == "en" else {}
            return RedirectResponse("/sign-on" + (f"?{urlencode(asked)}" if asked else ""), 303)
        return pages.closed(lang)

    app.add_exception_handler(Closed, answer)
