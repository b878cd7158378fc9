"""How long something took, as a clerk reads it."""

from __future__ import annotations

import pytest

from gate_collector.web.spans import span


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (None, "–", "–"), (0, "0 秒", "0 s"),
        (3.21, "3.2 秒", "3.2 s"), (-0.4, "-0.4 秒", "-0.4 s"),
        (42.4, "42 秒", "42 s"), (119, "119 秒", "119 s"), (600, "10 分钟", "10 min"),
        (7199, "120 分钟", "120 min"), (9000, "2.5 小时", "2.5 h"), (86_400, "24 小时", "24 h"),
    ],
)  # fmt: skip
def test_a_span_is_told_in_the_unit_it_is_read_in(seconds: float | None, zh: str, en: str) -> None:
    assert (span(seconds, "zh"), span(seconds, "en")) == (zh, en)
