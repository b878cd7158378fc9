"""Hours and windows: what is offered, and how they are said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from functools import partial

import pytest

from gate_agent.contract.opening import (
    OpeningHours,
    ServiceWindow,
    Weekday,
    said_hours,
    said_windows,
)
from gate_agent.contract.policy import Policy
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.registration import checked
from gate_agent.words import Lang, word

_PURPOSES = ("社保", "税务", "公安", "其他")
_DAYS = tuple(Weekday)


def _say(lang: Lang = "zh") -> partial[str]:
    return partial(word, lang=lang)


@pytest.mark.parametrize(
    ("windows", "offered"),
    [
        ((), _PURPOSES),
        ((("一", ("社保",), True, False),), _PURPOSES),
        ((("一", ("社保",), False, False),), ("税务", "公安", "其他")),
        ((("一", ("社保", "税务"), False, False), ("二", ("税务",), True, False)),
         ("税务", "公安", "其他")),
        ((("一", ("社保",), True, True),), ("税务", "公安", "其他")),
        (tuple((str(at), (purpose,), False, False) for at, purpose in enumerate(_PURPOSES)), ()),
    ],
)  # fmt: skip
def test_a_purpose_of_which_every_window_is_shut_is_offered_to_nobody(
    windows: tuple[tuple[str, tuple[str, ...], bool, bool], ...], offered: tuple[str, ...]
) -> None:
    policy = Policy(
        purposes=_PURPOSES,
        windows=tuple(
            ServiceWindow(name=name, purposes=purposes, open=is_open, online=online)
            for name, purposes, is_open, online in windows
        ),
    )
    assert policy.offered == offered


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (_DAYS[:5], "周一至周五 09:00–17:00", "Monday to Friday 09:00–17:00"),
        (_DAYS, "周一至周日 09:00–17:00", "Monday to Sunday 09:00–17:00"),
        ((_DAYS[6], _DAYS[0], _DAYS[0]), "周一、周日 09:00–17:00", "Monday, Sunday 09:00–17:00"),
        ((*_DAYS[:3], *_DAYS[4:6]), "周一至周三、周五、周六 09:00–17:00",
         "Monday to Wednesday, Friday, Saturday 09:00–17:00"),
    ],
)  # fmt: skip
def test_hours_are_said_as_people_say_them(days: tuple[Weekday, ...], zh: str, en: str) -> None:
    policy = Policy(opening=(OpeningHours(days=days),))
    assert said_hours(policy.opening, _say()) == zh
    assert said_hours(policy.opening, _say("en")) == en


def test_who_comes_for_what_is_shut_is_told_what_is_offered_and_nothing_is_lost() -> None:
    policy = Policy(
        purposes=_PURPOSES, windows=(ServiceWindow(name="一", purposes=("社保",), open=False),)
    )
    entered = RegistrationDetails(phone=None, purpose="社保")
    with pytest.raises(StepRefused, match="expected one of 税务, 公安, 其他"):
        checked(entered, policy, date(2026, 11, 24))
    assert checked(replace(entered, purpose="税务"), policy, date(2026, 11, 24)).purpose == "税务"


def test_several_hours_and_all_kinds_of_windows_are_said_and_nothing_where_none_is_set() -> None:
    policy = Policy(
        opening=(OpeningHours(), OpeningHours(days=_DAYS[5:6], opens=time(9, 30),
                                              closes=time(12, 0))),
        windows=(ServiceWindow(name="综合窗口"), ServiceWindow(name="社保"),
                 ServiceWindow(name="税务", open=False), ServiceWindow(name="网办", online=True)),
    )  # fmt: skip
    assert said_hours(policy.opening, _say()) == "周一至周五 09:00–17:00；周六 09:30–12:00"
    serving = "开放窗口：综合窗口、社保；线上办理：网办；暂停窗口：税务"
    assert said_windows(policy.windows, _say()) == serving
    assert said_hours((), _say()) == said_windows((), _say()) == ""
