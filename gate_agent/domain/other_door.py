"""Compares the people of two doors (两门比对), which shows a thermometer that drifts alone.

Which of the two is wrong the difference cannot tell: both are doubtful, until a black body clears
one, or the other is not trusted any more. A door whose neighbour is silent is compared with nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gate_agent.contract.measurement_records import Found, ThermometerChecked, ThermometerCompared
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc, parse_utc
from gate_agent.contract.thermometer import ThermometerState, Trust
from gate_agent.domain.baseline import RECENT_S, Memory
from gate_agent.domain.changed import replace
from gate_agent.domain.profile import Profile
from gate_agent.domain.steps import median

# Figures: `python -m bench.fever`; foreheads vary by 0.4 to 0.6 °C from one person to the next.
LEVEL_PEOPLE, LEVEL_LEAST = 90, 40
TOGETHER_CENTI_C = 15  # nearer than the limit by this, before doors that were apart are together
_NEVER_NS = -(2**62)


def level_of(
    memory: Memory, profile: Profile, *, since_ns: int | None, now_ns: int
) -> tuple[int | None, int]:
    """Return the level of this door, and of how many people: none of before `since_ns`."""
    begin_ns = now_ns - RECENT_S * NS_PER_S
    if since_ns is not None:
        begin_ns = max(begin_ns, since_ns)
    scores = [
        seen.score
        for seen in memory.seen
        if seen.profile == profile.label and seen.at_ns >= begin_ns
    ][-LEVEL_PEOPLE:]
    return (median(scores) if len(scores) >= LEVEL_LEAST else None), len(scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`opened` told that the doors came apart; None while they are not known to be."""

    opened: ThermometerCompared | None = None
    seen_ns: int = _NEVER_NS  # when they were seen apart last

    def after(
        self,
        own: ThermometerState,
        others: Mapping[str, ThermometerState],
        *,
        limit_centi_c: int,
        now: Moment,
    ) -> tuple[Comparison, ThermometerCompared | None]:
        """Return the comparison with the newest figures, and a record where it changed.

        Of several doors the nearest counts: who differs from all of them is the odd one out.
        """
        near = min(
            ((abs(_apart(own, state)), name) for name, state in others.items() if state.faces(own)),
            default=None,
        )
        if near is None:
            return self._alone(own, others, now)
        limit = limit_centi_c - (0 if self.opened is None else TOGETHER_CENTI_C)
        distance, name = near
        if distance > limit:
            if self.opened is not None:
                return replace(self, seen_ns=now.boot_ns), None
            opened = _record(own, name, others[name], comparison="apart", limit=limit, now=now)
            return Comparison(opened=opened, seen_ns=now.boot_ns), opened
        if self.opened is None:
            return self, None
        together = _record(own, name, others[name], comparison="together", limit=limit, now=now)
        return Comparison(), together

    def _alone(
        self, own: ThermometerState, others: Mapping[str, ThermometerState], now: Moment
    ) -> tuple[Comparison, ThermometerCompared | None]:
        """Nobody to compare with; but the other may be known to be the wrong one."""
        neighbour = None if self.opened is None else others.get(self.opened.other)
        if self.opened is None or neighbour is None or neighbour.trust is not Trust.NOT_TRUSTED:
            return self, None
        other = self.opened.other
        return Comparison(), _record(
            own, other, neighbour, comparison="other_untrusted", limit=None, now=now
        )

    def doubted(self, blackbody: ThermometerChecked | None, now: Moment) -> bool:
        """Whether this speaks against our thermometer; `blackbody`: the newest that it passed.

        One passed since the doors came apart: then ours shows what is there. After three hours
        without a comparison, whom it was made of says nothing of now.
        """
        opened = self.opened
        if opened is None or now.boot_ns - self.seen_ns > RECENT_S * NS_PER_S:
            return False
        return blackbody is None or parse_utc(blackbody.at) <= parse_utc(opened.at)


def restored_comparison(newest: ThermometerCompared | None, now: Moment) -> Comparison:
    """Return the comparison as the newest record of it says."""
    if newest is None or newest.found != "apart":
        return Comparison()
    ago_s = max(0.0, (now.utc - parse_utc(newest.at)).total_seconds())
    return Comparison(opened=newest, seen_ns=now.plus_s(-ago_s))


def _apart(own: ThermometerState, other: ThermometerState) -> int:
    return (own.level_centi_c or 0) - (other.level_centi_c or 0)


def _record(
    own: ThermometerState,
    other: str,
    stated: ThermometerState,
    *,
    comparison: Found,
    limit: int | None,
    now: Moment,
) -> ThermometerCompared:
    return ThermometerCompared(
        other=other,
        found=comparison,
        level_centi_c=own.level_centi_c,
        people=own.people,
        other_level_centi_c=stated.level_centi_c,
        other_people=stated.people,
        limit_centi_c=limit,
        profile=own.profile,
        at=format_utc(now.utc),
    )
