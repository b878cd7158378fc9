"""How long something took, as a clerk reads it: seconds, minutes, hours."""

from __future__ import annotations

from gate_agent.words import Lang, word

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
