"""Every fault of a form is told at once, and of each value what that very value must be."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from collector.hall_of_doors import ZONE
from collector.served_centre import SITE_KEY
from gate_agent.contract.policy import Policy
from gate_collector.policies.form import PolicyForm, SettingFaults

FORM = PolicyForm(ZONE, SITE_KEY)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"rest_hours": "22:00"}, {"rest_hours": "须为：这几项：开始、结束，可留空"}),
        ({"calls": "120"}, {"calls": "须为：逐行填写的列表"}),
        ({"duties.due_at": ["25:00"]}, {"duties.due_at.0": "须为：时刻，如 10:00"}),
        (
            {"hold.nothing": "1", "hold.recheck_s": "", "duties.due_at": ["25:00"]},
            {"hold.nothing": None, "hold.recheck_s": None, "duties.due_at.0": None},
        ),
        (
            {"hold.nothing": "1", "purposes": ["社保", "社保"]},
            {"hold.nothing": None, "purposes.1": None},
        ),
        ({"calls": [{"post": "a", "phone": "120", "x": "1"}]}, {"calls.0.x": None}),
    ],
)
def test_each_fault_is_told_and_what_that_very_value_must_be(
    typed: dict[str, JsonValue], says: dict[str, str | None]
) -> None:
    with pytest.raises(SettingFaults) as refused:
        FORM.change(Policy(), typed)

    texts = {fault["path"]: fault["text"] for fault in refused.value.told("zh")}
    assert texts.keys() == says.keys()
    assert {path: text for path, text in says.items() if text} == {
        path: texts[path] for path, text in says.items() if text
    }
    assert not any("填写有误" in text for text in texts.values())
