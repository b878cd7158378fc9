"""Draws the readings of a case as SVG: what each thermometer said, and the line it was held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from markupsafe import Markup

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.words import Lang, word
from gate_collector.papers.content import HoldReading

_MOST = 12  # the newest ones; the table has them all
_LEFT, _TOP, _COLUMN, _HEIGHT, _FOOT = 44, 26, 132, 210, 46
_MARGIN, _LEAST = 40, 300  # hundredths of a degree above and below, and the least span


def drawn(measured: Sequence[HoldReading], zone: tzinfo, lang: Lang) -> Markup:
    """Return the drawing; empty where nothing was measured."""
    shown = [one for one in measured if one.value_centi_c is not None][-_MOST:]
    if not shown:
        return Markup()
    values = [
        value
        for one in shown
        for value in (one.value_centi_c, one.judged_centi_c, one.limit_centi_c)
        if value is not None
    ]
    low, high = min(values) - _MARGIN, max(values) + _MARGIN
    high = max(high, low + _LEAST)
    width = _LEFT + _COLUMN * len(shown) + 8
    height = _TOP + _HEIGHT + _FOOT

    def y(centi_c: int) -> int:
        return _TOP + round(_HEIGHT * (high - centi_c) / (high - low))

    parts = [_grid(low, high, y, width)]
    for place, one in enumerate(shown):
        parts.append(_column(one, _LEFT + _COLUMN * place + _COLUMN // 2, y, zone, lang))
    return Markup(
        '<svg class="readings" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
        ' aria-label="{label}">{parts}</svg>'
    ).format(w=width, h=height, label=word("case_page.readings", lang), parts=Markup().join(parts))


def _grid(low: int, high: int, y: Callable[[int], int], width: int) -> Markup:
    lines = []
    for degree in range(-(-low // 100), high // 100 + 1):
        at = y(degree * 100)
        lines.append(
            Markup(
                '<line class="grid" x1="{left}" x2="{right}" y1="{at}" y2="{at}"/>'
                '<text class="tick" x="{x}" y="{t}" text-anchor="end">{degree}</text>'
            ).format(left=_LEFT, right=width - 4, at=at, x=_LEFT - 6, t=at + 4, degree=degree)
        )
    return Markup().join(lines)


def _column(
    one: HoldReading, middle: int, y: Callable[[int], int], zone: tzinfo, lang: Lang
) -> Markup:
    """Return one reading: its marks, its line, and when and by what below."""
    marks = []
    limit = one.limit_centi_c
    if limit is not None:
        at = y(limit)
        marks.append(
            Markup(
                '<line class="limit" x1="{a}" x2="{b}" y1="{at}" y2="{at}"/>'
                '<text class="limit" x="{b}" y="{t}" text-anchor="end">{text}</text>'
            ).format(a=middle - 20, b=middle + 62, at=at, t=at + 14,
                     text=word("case_page.line", lang, t=_degrees(limit)))
        )  # fmt: skip
    for value, kind, x in (
        (one.contact_centi_c, "contact", middle),
        (one.surface_centi_c, "skin", middle - 34),
        (one.judged_centi_c, "judged", middle + 12),
    ):
        if value is not None:
            held_to = None if kind == "skin" else limit
            marks.append(_mark(x, y(value), value, held_to, kind))
    time = f"{on_clock(parse_utc(one.at), zone):%H:%M:%S}{'' if one.is_certain else ' ?'}"
    what = word("case_page.by_contact" if one.is_contact else "case_page.by_forehead", lang)
    foot = Markup(
        '<text class="foot" x="{x}" y="{a}" text-anchor="middle">{time}</text>'
        '<text class="foot" x="{x}" y="{b}" text-anchor="middle">{what}</text>'
    ).format(x=middle, a=_TOP + _HEIGHT + 20, b=_TOP + _HEIGHT + 38, time=time, what=what)
    return Markup().join((*marks, foot))


def _mark(x: int, at: int, value: int, limit: int | None, kind: str) -> Markup:
    over = limit is not None and value >= limit
    shape = (
        Markup('<rect x="{x}" y="{y}" width="10" height="10"/>').format(x=x - 5, y=at - 5)
        if kind == "skin"
        else Markup('<circle cx="{x}" cy="{y}" r="6"/>').format(x=x, y=at)
    )
    return Markup(
        '<g class="mark {kind}{over}">{shape}<text x="{x}" y="{t}" text-anchor="middle">{text}'
        "</text></g>"
    ).format(kind=kind, over=" over" if over else "", shape=shape, x=x, t=at - 11,
             text=_degrees(value))  # fmt: skip


def _degrees(centi_c: int) -> str:
    return f"{centi_c / 100:.2f}"
