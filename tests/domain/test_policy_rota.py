"""The parts of the policy that the centre's rooms ask: who is on duty, how many may be booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from gate_agent.contract.appointments import DayQuota, QuotaPolicy
from gate_agent.contract.policy import Policy, RotaEntry

_EIGHT = datetime(2026, 12, 1, 8, tzinfo=UTC)


def _shift(leader: str, begins: datetime, hours: int) -> RotaEntry:
    return RotaEntry(
        leader=leader,
        phone="010-5550 0101",
        valid_from=begins,
        valid_until=begins + timedelta(hours=hours),
    )


def test_the_leader_on_duty_is_the_one_whose_shift_covers_the_moment() -> None:
    policy = Policy(
        rota=(_shift("day", _EIGHT, 12), _shift("night", _EIGHT + timedelta(hours=12), 12))
    )

    def leader(hours: int) -> str | None:
        shift = policy.on_duty(_EIGHT + timedelta(hours=hours))
        return None if shift is None else shift.leader

    assert [leader(hours) for hours in (-1, 0, 11, 12, 23, 24)] == [
        None, "day", "day", "night", "night", None,
    ]  # fmt: skip


def test_where_two_shifts_overlap_the_later_one_counts() -> None:
    policy = Policy(
        rota=(_shift("relief", _EIGHT + timedelta(hours=11), 4), _shift("day", _EIGHT, 12))
    )

    found = policy.on_duty(_EIGHT + timedelta(hours=11, minutes=30))

    assert found is not None
    assert found.leader == "relief"


def test_a_day_with_its_own_quota_leaves_the_usual_one() -> None:
    holiday = date(2026, 12, 5)
    quotas = QuotaPolicy(per_day=400, days=(DayQuota(day=holiday, most=0),))

    assert quotas.of(holiday) == 0
    assert quotas.of(date(2026, 12, 6)) == 400
    assert QuotaPolicy().of(holiday) is None
