"""What concerns the whole hall: a change of its mode, and who leads nobody's hours tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.opening import OpeningHours, Weekday
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.words import LANGS, joined, texts
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.kinds import EMERGENCY, MODE, ROTA
from gate_collector.policies.book import FILE
from gate_collector.store.schema_office import POLICY

TOLD_FROM = time(8)  # of a gap tomorrow: not before people are up
_IS_NEWS = timedelta(days=1)  # a centre that was away longer tells no change that is old
_MOST_VERSIONS = 200
_Span = tuple[datetime, datetime]


def changed_mode(
    connection: Connection, policy: Policy, now: datetime, zone: ZoneInfo
) -> Cause | None:
    """Return that the mode in force is another than the one before it; None where it is not.

    It comes from the policies as they were issued: once a version, whoever was away meanwhile.
    """
    columns = (POLICY.c[name] for name in ("version", "valid_from", "issued", "by", "hall_mode"))
    rows = connection.execute(
        select(*columns)
        .where(POLICY.c.version <= policy.version)
        .order_by(POLICY.c.version.desc())
        .limit(_MOST_VERSIONS)
    ).all()
    if not rows or rows[0].version != policy.version:
        return None  # the built-in one
    newest, *before = rows
    begun = max(newest.valid_from or "", newest.issued)
    if not parse_utc(begun) > now - _IS_NEWS:
        return None
    old = next((row for row in before if (row.valid_from or "") <= begun), None)
    if old is None and newest.by == FILE:
        return None  # a centre that starts
    if newest.hall_mode == (old.hall_mode if old is not None else HallMode.OPEN):
        return None
    mode, at = HallMode(newest.hall_mode), on_clock(parse_utc(begun), zone)
    name = texts(f"hall_mode.{mode}")
    is_emergency = mode is HallMode.EMERGENCY
    return Cause(
        key=f"mode:{newest.version}",
        kind=EMERGENCY if is_emergency else MODE,
        gate="",
        subject=str(newest.version) if is_emergency else "",  # it ends with the emergency
        text=texts(f"alert.{EMERGENCY if is_emergency else MODE}", mode=name, at=f"{at:%H:%M}"),
        quiet=False,
    )


def rota_gap(policy: Policy, now: datetime, zone: ZoneInfo) -> Cause | None:
    """Return that nobody leads at some time of tomorrow's hours; None without such a gap.

    A hall that never kept a rota is told by its daily report, and not every day.
    """
    local = on_clock(now, zone)
    if not policy.rota or local.time() < TOLD_FROM:
        return None
    day = local.date() + timedelta(days=1)
    gaps = [gap for hours in _hours(policy, day, zone) for gap in _gaps(policy, hours)]
    if not gaps:
        return None
    spans = [f"{on_clock(a, zone):%H:%M}–{on_clock(b, zone):%H:%M}" for a, b in gaps]
    in_each = {lang: joined(spans, lang) for lang in LANGS}
    return Cause(
        key=f"rota:{day}:{','.join(spans)}",
        kind=ROTA,
        gate="",
        subject=str(day),
        text=texts("alert.rota", day=f"{day:%m-%d}", spans=in_each),
        quiet=False,
    )


def _hours(policy: Policy, day: date, zone: ZoneInfo) -> Iterator[_Span]:
    """Yield the hours in which the hall serves on a day; the usual ones where none are set."""
    weekday = list(Weekday)[day.weekday()]
    for hours in policy.opening or (OpeningHours(days=tuple(Weekday)),):
        if weekday in hours.days and hours.opens < hours.closes:
            yield (
                datetime.combine(day, hours.opens, tzinfo=zone),
                datetime.combine(day, hours.closes, tzinfo=zone),
            )


def _gaps(policy: Policy, hours: _Span) -> Iterator[_Span]:
    """Yield the times within these hours that no shift covers."""
    at, end = hours
    for shift in sorted(policy.rota, key=lambda one: one.valid_from):
        if shift.valid_from >= end:
            break
        if shift.valid_from > at:
            yield at, shift.valid_from
        at = max(at, shift.valid_until)
    if at < end:
        yield at, end
