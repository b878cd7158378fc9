"""The official tools read what we publish, and have nothing against it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecosystem.conftest import node, redocly
from gate_agent.contract.records import BY_TYPE
from project.message_samples import event_of
from project.record_samples import SAMPLES
from tools.applications import bureau, centre, door
from tree import ROOT


def test_the_official_parser_takes_the_asyncapi_document_from_a_file_and_from_text() -> None:
    read = node("asyncapi.mjs", ROOT / "docs/events/asyncapi.json")

    assert read["file"] == read["text"]
    assert read["file"]["against"] == []
    assert read["file"]["version"] == "3.1.0"
    assert set(read["file"]["servers"]) == {"hall", "trial"}
    assert set(BY_TYPE) <= set(read["file"]["messages"])


@pytest.mark.parametrize("application", [door, centre, bureau], ids=["door", "centre", "bureau"])
def test_redoclys_linter_has_nothing_against_an_openapi_document(
    tmp_path: Path, application: type
) -> None:
    file = tmp_path / "openapi.json"
    with application() as app:
        file.write_text(json.dumps(app.state.document()), encoding="utf-8")

    redocly("lint", file, "--config", "redocly.yaml")


def test_the_cloudevents_sdk_for_javascript_reads_every_event() -> None:
    events = [event_of(record) for record in SAMPLES]

    read = node("cloudevents.mjs", said="\n".join(json.dumps(one) for one in events))

    assert len(read) == len(events) > 40
    for ours, told in zip(events, read, strict=True):
        assert told | {"time": ours["time"]} == ours
