"""Prometheus' own tool takes the figures of door and centre, and the rules say what they must."""

from __future__ import annotations

from pathlib import Path

import httpx

from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from ecosystem.conftest import promtool
from tree import ROOT
from web.served_door import Served

RULES = ROOT / "config" / "prometheus"


def test_promtool_has_nothing_against_the_figures_of_a_door() -> None:
    with Served() as door:
        exposed = httpx.get(f"{door.url}/metrics", timeout=60).text

    assert promtool("check", "metrics", said=exposed) == ""


def test_promtool_has_nothing_against_the_figures_of_the_centre(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.passage()
        one.west.hold("hold-1")
        one.settle()
        with serving(app_of(centre_of(one))) as client:
            exposed = client.get("/metrics").text

    assert promtool("check", "metrics", said=exposed) == ""


def test_the_rules_are_sound_and_say_what_they_must() -> None:
    promtool("check", "rules", RULES / "gate-alerts.yml")

    promtool("test", "rules", RULES / "gate-alerts.test.yml")
