"""The centre's pages: templates with the words of the reader's language and the hall's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gate_agent.contract.moment import parse_utc
from gate_collector.web.words import word

HERE = Path(__file__).parent.parent  # templates and static files stand beside the rooms
Lang = Literal["zh", "en"]
Reader = Callable[[], Mapping[str, object]]  # `session`, `who`, `may(path, method)`


class Pages:
    """Renders the templates of this package."""

    def __init__(self, zone: ZoneInfo, reader: Reader) -> None:
        """Take the hall's zone, and what tells who reads a page and what it may offer them."""
        self._zone = zone
        self._reader = reader
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"local": self._local, "seconds": _seconds, "celsius": _celsius}

    def show(self, name: str, lang: Lang, status: int = 200, **context: Any) -> HTMLResponse:
        """Return template `name`, in which `say(zh, en)` and `word(key)` speak `lang`."""

        def say(zh: str, en: str) -> str:
            return zh if lang == "zh" else en

        def link(path: str) -> str:
            return path if lang == "zh" else f"{path}{'&' if '?' in path else '?'}lang=en"

        page = self._templates.get_template(name)
        text = page.render(
            lang=lang,
            say=say,
            word=lambda key, spoken=lang: word(key, spoken),
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

    def _local(self, utc: str | datetime | None, form: str = "%m-%d %H:%M:%S") -> str:
        """Return a time of the contract as the hall's clock shows it."""
        if utc is None:
            return "–"
        moment = parse_utc(utc) if isinstance(utc, str) else utc
        return moment.astimezone(self._zone).strftime(form)


def _seconds(value_ms: float | None) -> str:
    if value_ms is None:
        return "–"
    return f"{value_ms / 1000:.3f} s" if abs(value_ms) < 10_000 else f"{value_ms / 1000:,.0f} s"  # noqa: PLR2004 precise below ten seconds


def _celsius(centi_c: int | None) -> str:
    return "–" if centi_c is None else f"{centi_c / 100:.2f} ℃"
