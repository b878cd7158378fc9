"""The list of devices is what the drivers say of themselves."""

from __future__ import annotations

import re
import tomllib

from gate_agent.devices.registry import all_models, find_model
from tree import text, tool


def test_the_list_of_devices_is_not_stale() -> None:
    assert tool("devices_doc").FILES.stale() == []


def test_every_device_of_this_repository_has_a_row_and_a_protocol() -> None:
    shown = text("docs/devices.md")

    for model in all_models():
        assert f"| `{model.name}` |" in shown


def test_the_examples_of_the_list_are_options_as_they_are() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", text("docs/devices.md"), re.DOTALL)
    examples = [tomllib.loads(one) for one in re.split(r"\n\n(?=#)", block)]

    assert len(examples) == 3
    for example in examples:
        (section,) = example.values()
        options = find_model(section["driver"]).parse_options(section["options"])
        assert options.misfit(find_model(section["driver"]).kind) is None or "scanner" in example
