"""Every capture in data/ still leads to what it led to: see docs/commands.md how one gets there.

When a change of the decision is meant, write the .txt anew and look at the difference:
`gate-agent replay --config NAME.toml --capture NAME.jsonl > NAME.txt`
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gate_agent.capture.file_format import parse_capture
from gate_agent.capture.replay import Differences, replay
from gate_agent.capture.transcript import line
from gate_agent.config.load import load_config, load_policy
from gate_agent.config.model import GateConfig

CAPTURES = sorted((Path(__file__).parent / "data").glob("*.jsonl"))


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_leads_to_what_it_led_to(capture: Path) -> None:
    config = load_config(capture.with_suffix(".toml"), GateConfig)
    told: list[str] = []

    with capture.open(encoding="utf-8") as lines:
        differences = replay(
            config,
            load_policy(config.policy.file),
            parse_capture(lines),
            lambda at, what: told.append(line(at, what)),
        )

    assert "\n".join(told) + "\n" == capture.with_suffix(".txt").read_text(encoding="utf-8")
    assert differences == Differences()


def test_there_is_something_to_replay() -> None:
    assert CAPTURES
