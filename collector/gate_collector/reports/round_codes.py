"""Codes that hang where rounds are done (扫码登记): who scans one tells that the round is done.

A code names a door and an area by a keyed hash: nobody can make one up, and all are void at once
when the secret is renewed. It proves that somebody had the code, not that they stood there: a round
by a code is told apart on the report, and the office can withdraw it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from gate_agent.contract.duty_records import Disinfectant, Round
from gate_agent.contract.moment import on_clock
from gate_agent.contract.policy import Area
from gate_collector.centre import Centre
from gate_collector.ledger.read import gates
from gate_collector.reports.entries import RoundScope, ScannedEntry, UnkeptEntry, keep
from gate_collector.reports.office_day import rounds_done
from gate_collector.reports.rounds import RoundDone, kinds_of
from gate_collector.store.doors import door_names
from gate_collector.store.secret import renew, secret_of

_NAME = "round codes"
_SCOPES = {
    RoundScope.BOTH: {Round.DISINFECTED, Round.AIRED},
    RoundScope.DISINFECTED: {Round.DISINFECTED},
    RoundScope.AIRED: {Round.AIRED},
}
Method = Disinfectant | Literal[""]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCode:
    """One code: where it hangs, and what is done there."""

    token: str
    gate: str
    door: str
    area: Area

    @property
    def scopes(self) -> list[RoundScope]:
        """What can be told by it."""
        kinds = set(kinds_of(self.area))
        return [scope for scope, includes in _SCOPES.items() if includes <= kinds]


def codes(centre: Centre) -> list[RoundCode]:
    """Return the codes of every area of every door."""
    secret, duties = secret_of(centre.engine, _NAME), centre.policy().duties
    with centre.engine.connect() as connection:
        doors, names = gates(connection), door_names(connection)
    return [
        RoundCode(
            token=hmac.digest(secret, f"{gate}\0{area.name}".encode(), "sha256").hex()[:40],
            gate=gate,
            door=names[gate],
            area=area,
        )
        for gate in doors
        for area in duties.areas_of(gate, names[gate])
    ]


def code_of(centre: Centre, token: str) -> RoundCode | None:
    """Return where a code hangs; None for one that is void, or whose area is no more."""
    return next((one for one in codes(centre) if hmac.compare_digest(one.token, token)), None)


def void_all(centre: Centre) -> None:
    """Make every code that hangs void: all are printed again."""
    renew(centre.engine, _NAME)


def done_today(centre: Centre, code: RoundCode) -> list[RoundDone]:
    """Return today's rounds at this place, the newest first."""
    begin = centre.today.begin
    return [one for one in _done_lately(centre, code) if one.at >= begin]


def _done_lately(centre: Centre, code: RoundCode) -> list[RoundDone]:
    """Return the newest rounds at this place, also from before the cut: it keeps none apart."""
    with centre.engine.connect() as connection:
        rounds = rounds_done(connection, code.gate, centre.today, centre, centre.policy())
    here = [one for one in rounds if one.area == code.area.name]
    return sorted(here, key=lambda one: one.at, reverse=True)


def tell_round(
    centre: Centre, code: RoundCode, *, scope: RoundScope, done_by: str, method: Method
) -> None:
    """Keep that a round was done now. Raises UnkeptEntry where it was told a moment ago."""
    if scope not in code.scopes:
        raise UnkeptEntry("out_of_turn", "expected what is done there, got another")
    apart = timedelta(seconds=centre.policy().duties.apart_s)
    newest = {one.kind: one.at for one in reversed(_done_lately(centre, code))}
    if any(kind in newest and centre.now - newest[kind] < apart for kind in _SCOPES[scope]):
        raise UnkeptEntry("again", "expected another round, got the one that was told already")
    entry = ScannedEntry(
        gate=code.gate,
        area=code.area.name,
        scope=scope,
        at=on_clock(centre.now, centre.zone).time().replace(microsecond=0),
        done_by=done_by,
        method=method if Round.DISINFECTED in _SCOPES[scope] else "",
    )
    keep(centre, centre.today.date, entry, by=done_by, corrects=None)
