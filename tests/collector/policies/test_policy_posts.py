"""The leading group and the quiet hours, typed in the form of the policy."""

from __future__ import annotations

from datetime import time

import pytest
from pydantic import JsonValue

from collector.hall_of_doors import ZONE
from gate_agent.contract.policy import Policy
from gate_agent.contract.wire import validated
from gate_collector.policies.form import PolicyForm, SettingFaults

FORM = PolicyForm(ZONE)


def test_the_leading_group_and_quiet_hours_are_typed_like_any_other_setting() -> None:
    head: JsonValue = {
        "post": "组长",
        "name": "王局长",
        "phone": "010-5550 0110",
        "rank": "head",
        "group": "",
    }
    typed: dict[str, JsonValue] = {
        "posts": [head], "rest_hours": {"begins": "22:00", "ends": "07:00"}
    }  # fmt: skip

    changed = validated(Policy, Policy().model_dump(mode="json") | FORM.change(Policy(), typed))

    assert [(one.name, one.rank) for one in changed.posts] == [("王局长", "head")]
    assert changed.rest_hours is not None
    assert changed.rest_hours.covers(time(23))
    ended = FORM.change(changed, {"rest_hours": {"begins": "", "ends": ""}})
    assert ended["rest_hours"] is None
    with pytest.raises(SettingFaults) as refused:
        FORM.change(
            Policy(), {"posts": [head, head], "rest_hours": {"begins": "22:00", "ends": ""}}
        )
    assert "rest_hours.ends" in refused.value.faults
    with pytest.raises(SettingFaults) as twice:
        FORM.change(Policy(), {"posts": [head, head]})
    assert list(twice.value.faults) == ["posts.1"]
