"""The centre's pages: templates with the words of the reader's language and the hall's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.words import Lang, word
from gate_collector.web.spans import span

HERE = Path(__file__).parent.parent  # templates and static files stand beside the rooms
Reader = Callable[[], Mapping[str, object]]  # `session`, `who`, `may(path, method)`
Names = Callable[[], Mapping[str, str]]  # what people call the doors, by their ids


class Pages:
    """Renders the templates of this package."""

    def __init__(self, zone: ZoneInfo, reader: Reader, names: Names) -> None:
        """Take the hall's zone, who reads a page and what it may offer them, the doors' names."""
        self._zone = zone
        self._reader = reader
        self._names = names
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"local": self.local, "celsius": _celsius}

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
            named=lambda gate: _door(gate, names()),
            name_of=lambda gate: names().get(gate, gate),
            span=lambda seconds: span(seconds, lang),
            link=link,
            here=name,
            zone=self._zone.key,
            **self._reader(),
            **context,
        )
        return HTMLResponse(text, status)

    def closed(self, lang: Lang) -> HTMLResponse:
        """Return the page for who may not open the one that was asked for."""
        return self.show("closed.html", lang, HTTPStatus.FORBIDDEN)

    def local(self, utc: str | datetime | None, form: str = "%m-%d %H:%M:%S") -> str:
        """Return a time of the contract as the hall's clock shows it."""
        if utc is None:
            return "–"
        moment = parse_utc(utc) if isinstance(utc, str) else utc
        return on_clock(moment, self._zone).strftime(form)


def _door(gate: str, names: Mapping[str, str]) -> Markup:
    """Return what people call a door; its id is there for who looks for it."""
    name = names.get(gate, gate)
    markup = Markup("{}") if name == gate else Markup('<span title="{id}">{}</span>')
    return markup.format(name, id=gate)


def _celsius(centi_c: int | None) -> str:
    return "–" if centi_c is None else f"{centi_c / 100:.2f} ℃"
