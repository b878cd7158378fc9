"""The follow-ups of the day (每日随访), told each morning to who does them: a count, no name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from gate_agent.contract.moment import on_clock
from gate_agent.words import LANGS, Lang, texts, word
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.hall import TOLD_FROM
from gate_collector.alerts.kinds import FOLLOW
from gate_collector.centre import Centre
from gate_collector.contacts.follow_book import waiting_counts

_UNTIL = time(12)  # who becomes a contact later in the day was judged by the office itself
_EVERY = timedelta(minutes=5)  # every case is traced for it
_NIGHT = timedelta(hours=TOLD_FROM.hour)


class FollowUpsTold:
    """Opens one alert a morning while somebody waits for the office, and ends it when nobody does.

    It lasts until the next morning, which has its own.
    """

    def __init__(self, centre: Centre, book: AlertBook, tell: Callable[[Cause], None]) -> None:
        """`tell` opens an alert, once a key."""
        self._centre, self._book, self._tell = centre, book, tell
        self._looked: datetime | None = None

    def round(self) -> None:
        """Look who waits, if nobody looked a moment ago."""
        now = self._centre.now
        if self._looked is not None and abs(now - self._looked) < _EVERY:
            return
        local = on_clock(now, self._centre.zone)
        day = (local - _NIGHT).date()  # before the morning it is still the last one's
        counts = waiting_counts(self._centre, day)
        key = f"{FOLLOW}:{day}" if any(counts.values()) else None
        self._book.settle(FOLLOW, key, now)
        if key is not None and TOLD_FROM <= local.time() < _UNTIL:
            self._tell(_cause(key, counts))
        self._looked = now


def _cause(key: str, counts: dict[str, int]) -> Cause:
    in_each = {lang: _counted(counts, lang) for lang in LANGS}
    text = texts("alert.follow_up", counts=in_each)
    return Cause(key=key, kind=FOLLOW, gate="", subject="", text=text, quiet=False)


def _counted(counts: dict[str, int], lang: Lang) -> str:
    parts = [word("contacts.due_counts", lang, due=counts["due"], overdue=counts["overdue"])]
    if counts["ended"]:
        parts.append(word("contacts.ended_count", lang, n=counts["ended"]))
    return word("paper.semicolon", lang).join(parts)
