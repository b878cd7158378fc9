"""What Prometheus asks of an exposition: the checks of `promtool check metrics`, in few lines."""

from __future__ import annotations

import re
from itertools import groupby

from prometheus_client.parser import text_string_to_metric_families

TYPE = re.compile(r"^# TYPE (\S+) (\w+)$", re.MULTILINE)
_SHORT = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb"}
_HELP = re.compile(r"^# HELP (\S+) \S", re.MULTILINE)


def expect_sound(exposed: str) -> None:
    """A family stands there once, whole and helped; what counts is called `_total`."""
    kinds = TYPE.findall(exposed)
    names = [name for name, _ in kinds]
    assert len(names) > 10
    assert len(names) == len(set(names))
    assert names == _HELP.findall(exposed)
    assert [name for name, kind in kinds if (kind == "counter") != name.endswith("_total")] == []
    samples = [re.split(r"[{ ]", line)[0] for line in exposed.splitlines() if line[0] != "#"]
    assert len([name for name, _ in groupby(samples)]) == len(set(samples))
    for family in text_string_to_metric_families(exposed):
        assert _SHORT.isdisjoint(family.name.split("_")), family.name  # a unit is written out
        assert not any("quantile" in one.labels for one in family.samples), family.name
        labels = [str(sorted(one.labels.items())) for one in family.samples]
        assert len(labels) == len(set(labels)), family.name
