"""The alert rules ask for figures that the collector really tells."""

from __future__ import annotations

import re

import yaml  # type: ignore[import-untyped]

from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from tree import text

_METRIC = re.compile(r"\b(?:up|collector_\w+)\b")


def test_every_figure_of_a_rule_is_told(store: str) -> None:
    rules = [
        rule
        for group in yaml.safe_load(text("config/prometheus/gate-alerts.yml"))["groups"]
        for rule in group["rules"]
    ]
    asked = {name for rule in rules for name in _METRIC.findall(rule["expr"])} - {"up"}
    with hall(store) as one:
        one.west.passage()
        one.west.hold("hold-1")
        one.settle()
        with serving(app_of(centre_of(one))) as client:
            told = set(re.findall(r"^# TYPE (\S+)", client.get("/metrics").text, re.MULTILINE))

    assert len(rules) == len({rule["alert"] for rule in rules}) >= 8
    assert asked
    assert asked <= told
    assert all(rule["annotations"]["summary"] for rule in rules)
