"""The alert rules ask for figures that the collector really tells."""

from __future__ import annotations

import re

import yaml  # type: ignore[import-untyped]

from collector.hall_of_doors import Hall, hall
from collector.served_centre import app_of, centre_of, serving
from scraped import TYPE, expect_sound
from tree import text

_METRIC = re.compile(r"\b(?:up|collector_\w+)\b")


def figures(one: Hall) -> str:
    with serving(app_of(centre_of(one))) as client:
        return client.get("/metrics").text


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
        told = {name for name, _ in TYPE.findall(figures(one))}

    assert len(rules) == len({rule["alert"] for rule in rules}) >= 8
    assert asked
    assert asked <= told
    assert all(rule["annotations"]["summary"] for rule in rules)


def test_every_rule_is_played_and_is_silent_in_a_hall_in_order() -> None:
    """`make ecosystem` lets Prometheus' own tool play them; here each must be there."""
    played = yaml.safe_load(text("config/prometheus/gate-alerts.test.yml"))["tests"]
    cases = [case for one in played for case in one["alert_rule_test"]]
    rules = {
        rule["alert"]
        for group in yaml.safe_load(text("config/prometheus/gate-alerts.yml"))["groups"]
        for rule in group["rules"]
    }

    for expected in (True, False):
        assert {one["alertname"] for one in cases if bool(one["exp_alerts"]) is expected} == rules


def test_figures_are_what_a_scraper_takes(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        one.west.hold("hold-1")
        one.settle()
        expect_sound(figures(one))
