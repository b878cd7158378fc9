"""A change of a schema raises the program's version: a later file names what to install."""

from __future__ import annotations

import tomllib

from gate_agent import __version__
from gate_agent.store.schema import VERSION
from gate_collector.store.schema import HEAD
from tree import ROOT

# The schema of a door's journal and of the centre's store that each version of the program makes.
# A row is never changed: a new schema is a new row, with a version of its own (decision 0019).
MADE_BY = {
    "0.3.0": (2, "0003"),
    "0.4.0": (2, "0010"),
}


def test_a_schema_is_made_by_a_version_of_its_own() -> None:
    assert MADE_BY[__version__] == (VERSION, HEAD)
    assert list(MADE_BY)[-1] == __version__
    assert len(set(MADE_BY.values())) == len(MADE_BY)


def test_the_package_is_of_the_version_that_the_program_tells() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == __version__
