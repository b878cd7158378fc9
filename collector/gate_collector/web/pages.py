"""The centre's pages: templates with the words of the reader's language and the hall's time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.words import Lang, joined, word
from gate_collector.kept_words import in_words
from gate_collector.web.asked import ListQuery
from gate_collector.web.columns import Cells, door
from gate_collector.web.list_view import ListView
from gate_collector.web.spans import span, spoken
from gate_collector.web.workbook import FORMS

HERE = Path(__file__).parent.parent  # templates and static files stand beside the rooms
_DIGEST = re.compile("([0-9a-f]{32,})")
Reader = Callable[[], Mapping[str, object]]  # `session`, `who`, `may(path, method)`
Names = Callable[[], Mapping[str, str]]  # what people call the doors, by their ids
Nav = Sequence[tuple[str, str]]  # paths, and the templates that are shown there
HALL_NAV: Nav = (
    ("/", "overview.html"),
    ("/inside", "inside.html"),
    ("/reports", "reports.html"),
    ("/alerts", "alerts.html"),
    ("/contacts", "contacts.html"),
    ("/appointments", "appointments.html"),
    ("/policy", "policy.html"),
    ("/announcements", "announcements.html"),
    ("/ledger", "ledger.html"),
    ("/retention", "retention.html"),
    ("/accounts", "accounts.html"),
    ("/looks", "looks.html"),
)


class Pages:
    """Renders the templates of this package."""

    def __init__(
        self,
        zone: ZoneInfo,
        reader: Reader,
        names: Names,
        now: Callable[[], datetime],
        nav: Nav = HALL_NAV,
    ) -> None:
        """Take the hall's zone, who reads a page and what it may offer them, the doors' names.

        `nav`: the pages that stand above each of them, for who may open them.
        """
        self._nav = nav
        self._zone = zone
        self._reader = reader
        self._names = names
        self._now = now
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "local": self._local,
            "celsius": _celsius,
            "joined": _joined,
            "folded": _folded,
            "in_words": _in_words,
        }

    def asked(self, request: Request, *keep: str) -> ListQuery:
        """Return what a request asks of its page's lists; `keep`: the page's own parameters."""
        return ListQuery(request.query_params, self._zone, keep)

    def lists(
        self, name: str, lang: Lang, asked: ListQuery, lists: Collection[ListView], **context: Any
    ) -> Response:
        """Return template `name` with its lists by their names, or the one that is asked as a file.

        Raises HTTPException for a file that is none of theirs.
        """
        if not asked.file:
            views: dict[str, Any] = {one.name: one for one in lists}
            return self.show(name, lang, **views, **context)
        wanted, _, form = asked.file.partition(".")
        for view in lists:
            if view.name == wanted and form in FORMS:
                at = f"{on_clock(self._now(), self._zone):%Y%m%d-%H%M}"
                return view.file(form, self._cells(lang, self._names), at)
        raise HTTPException(404)

    def show(self, name: str, lang: Lang, status: int = 200, **context: Any) -> HTMLResponse:
        """Return template `name`, in which `word(key)` speaks `lang` and `named(id)` is a door."""
        names = cache(self._names)

        def link(path: str) -> str:
            return path if lang == "zh" else f"{path}{'&' if '?' in path else '?'}lang=en"

        def say(key: str, spoken: Lang = lang, **values: object) -> str:
            return word(key, spoken, **values)

        page = self._templates.get_template(name)
        text = page.render(
            lang=lang,
            word=say,
            named=lambda gate: door(gate, names()),
            name_of=lambda gate: names().get(gate, gate),
            cells=self._cells(lang, names),
            span=lambda seconds: span(seconds, lang),
            link=link,
            here=name,
            nav=self._nav,
            zone=self._zone.key,
            clock=format_utc(self._now()),
            **self._reader(),
            **context,
        )
        return HTMLResponse(text, status)

    def closed(self, lang: Lang) -> HTMLResponse:
        """Return the page for who may not open the one that was asked for."""
        return self.show("closed.html", lang, HTTPStatus.FORBIDDEN)

    def local(self, utc: str | datetime | None, form: str = "", *, lang: Lang) -> str:
        """Return a time of the contract as the hall's clock shows it: as people say it, or so."""
        if utc is None:
            return "–"
        if not form:
            return spoken(utc, self._now(), self._zone, lang)
        moment = parse_utc(utc) if isinstance(utc, str) else utc
        return on_clock(moment, self._zone).strftime(form)

    @pass_context
    def _local(self, context: Context, utc: str | datetime | None, form: str = "") -> str:
        return self.local(utc, form, lang=context["lang"])

    def _cells(self, lang: Lang, names: Names) -> Cells:
        return Cells(lang, names, self._zone, self._now())


def _folded(text: str) -> Markup:
    """Return a text with each digest as a tooltip: who compares one finds it, nobody reads it."""
    parts = _DIGEST.split(text)
    folded = Markup("{}").format(parts[0])
    for digest, rest in zip(parts[1::2], parts[2::2], strict=True):
        folded += Markup('<span title="{}">…</span>{}').format(digest, rest)
    return folded


@pass_context
def _joined(context: Context, names: Iterable[str]) -> str:
    return joined(names, context["lang"])


def _celsius(centi_c: int | None) -> str:
    return "–" if centi_c is None else f"{centi_c / 100:.2f} ℃"


@pass_context
def _in_words(context: Context, kept: str) -> str:
    return in_words(kept, context["lang"])
