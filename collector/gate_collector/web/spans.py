"""When something was and how long it took, as people say it: 今天 10:04, 12 分钟. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.words import LANGS, Lang, Texts, word

_EXACT_BELOW_S, _MINUTES_FROM_S, _HOURS_FROM_S = 10, 120, 120 * 60


def span(seconds: float | None, lang: Lang) -> str:
    """Return a span of time in words: 3.2 秒, 95 秒, 12 分钟, 2.5 小时."""
    if seconds is None:
        return "–"
    size = abs(seconds)
    if size < _EXACT_BELOW_S:
        return word("span.s", lang, n=f"{seconds:.1f}".removesuffix(".0"))
    if size < _MINUTES_FROM_S:
        return word("span.s", lang, n=f"{seconds:.0f}")
    if size < _HOURS_FROM_S:
        return word("span.min", lang, n=f"{seconds / 60:.0f}")
    return word("span.h", lang, n=f"{seconds / 3600:.1f}".removesuffix(".0"))


def spans(seconds: float | None) -> Texts:
    """Return a span of time in the words of each language."""
    return {lang: span(seconds, lang) for lang in LANGS}


def spoken(utc: str | datetime, now: datetime, zone: tzinfo, lang: Lang) -> str:
    """Return a time of the contract as people say it: 今天 10:04, 昨天 18:22, 11-24 10:04.

    Another year is said; a second is not: it stands where it matters, in a case and in a file.
    """
    at = on_clock(parse_utc(utc) if isinstance(utc, str) else utc, zone)
    today = on_clock(now, zone).date()
    for days, key in ((0, "moment.today"), (-1, "moment.yesterday"), (1, "moment.tomorrow")):
        if at.date() == today + timedelta(days=days):
            return word(key, lang, at=f"{at:%H:%M}")
    return f"{at:%m-%d %H:%M}" if at.year == today.year else f"{at:%Y-%m-%d %H:%M}"
