"""What a bureau sees of its halls (各大厅总览): one line each, counts and states, never a person.

What cannot be read is not known, and is said so: no figure of such a line is 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.words import LANGS, Lang
from gate_collector.alarms.book import AlarmKind
from gate_collector.centre import Centre
from gate_collector.live.overview import overview
from gate_collector.reports.evidence import gather
from gate_collector.reports.preview import gaps
from gate_collector.reports.versions import previewed_day

_UNHEARD = (AlarmKind.SILENT, AlarmKind.LOST)
_PREVIEW_FOR = timedelta(seconds=30)
_PREVIEW = "preview"


class HallReach(StrEnum):
    """Whether a hall's line says how it is now."""

    READ = "read"
    UNREAD = "unread"  # 无法读取: its store does not answer
    AWAY = "away"  # 未运行: its part of the process does not run


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class LackingToday(_Part):
    """What is lacking of the report of the day that is next to be reported (今日尚缺)."""

    day: str
    texts: dict[str, tuple[str, ...]] = Field(description="by language, one text for each thing")

    def said(self, lang: Lang) -> tuple[str, ...]:
        """Return it in one language."""
        return self.texts[lang]


class HallFigures(_Part):
    """One hall as it was at one moment."""

    at: str
    hall_mode: HallMode
    policy_version: int
    doors: int
    other_mode: tuple[str, ...] = Field(description="doors that follow another mode 措施未生效")
    silent: tuple[str, ...] | None = Field(
        description="doors that are not heard; null: the hall hears no broker, so nobody knows"
    )
    holds: int = Field(description="暂留 that are open, without drills")
    overdue: int = Field(description="of those, how many are late")
    alarms: dict[str, int] = Field(description="that stand, by kind")
    lacking: LackingToday


class HallLine(_Part):
    """One line of the overview."""

    site: str
    name: str
    url: str
    reach: HallReach
    cause: str = Field("", description="why it is not read, or which part of it fails")
    figures: HallFigures | None = Field(None, description="null: nothing is known of it now")


class HallLook:
    """Looks at one hall; what is lacking of its day at most twice a minute."""

    def __init__(self) -> None:
        self._lacking: tuple[datetime, LackingToday] | None = None

    def __call__(self, centre: Centre, expected: Sequence[str] = ()) -> HallFigures:
        """Return how it is now; `expected`: its doors, where its file names them.

        Raises whatever its store raises.
        """
        seen, policy = overview(centre), centre.policy()
        doors: dict[str, str] = dict.fromkeys(expected, "")
        doors |= {gate["gate"]: gate["name"] for gate in seen["gates"]}
        heard = {gate["gate"] for gate in seen["gates"]}
        holds = [one for gate in seen["gates"] for one in gate["holds"] if not one["drill"]]
        by_kind = [(one["alarm"], one["gate"]) for one in seen["alarms"]]
        unheard = [gate for kind, gate in by_kind if kind in _UNHEARD]
        unheard += [gate for gate in expected if gate not in heard]
        others = [gate for kind, gate in by_kind if kind == AlarmKind.UNAPPLIED]
        alarms = Counter(kind for kind, _ in by_kind)
        return HallFigures(
            at=format_utc(centre.now),
            hall_mode=policy.hall_mode,
            policy_version=policy.version,
            doors=len(doors),
            other_mode=_named(others, doors),
            silent=None if AlarmKind.DEAF in alarms else _named(unheard, doors),
            holds=len(holds),
            overdue=sum(one["due_s"] is not None and one["due_s"] < 0 for one in holds),
            alarms=dict(sorted(alarms.items())),
            lacking=self._looked(centre),
        )

    def _looked(self, centre: Centre) -> LackingToday:
        now = centre.now
        if self._lacking is None or not timedelta() <= now - self._lacking[0] < _PREVIEW_FOR:
            self._lacking = now, _lacking(centre)
        return self._lacking[1]


def _named(gates: Iterable[str], doors: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(doors.get(gate) or gate for gate in dict.fromkeys(gates))


def _lacking(centre: Centre) -> LackingToday:
    day = previewed_day(centre)
    report = gather(centre, day, version=0, by=_PREVIEW)
    return LackingToday(
        day=day.isoformat(),
        texts={
            lang: tuple(one.text for one in gaps(report, centre.zone, lang, lambda *_: ""))
            for lang in LANGS
        },
    )
