"""What config/ ships can be used as it is, and its schemas are the models'."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from gate_agent.config.load import load_config, load_policy
from gate_agent.config.model import GateConfig
from gate_agent.contract.policy import HallMode
from gate_agent.errors import ConfigurationError
from gate_collector.bureau.config import BureauSection, load_bureau
from gate_collector.config import CollectorConfig
from tree import ROOT, text, tool

CONFIG = ROOT / "config"
GATES = ("gate.example", "west-1f", "central-2f")


@pytest.mark.parametrize("name", GATES)
def test_a_shipped_gate_configuration_loads_and_fits_its_schema(name: str) -> None:
    config = load_config(CONFIG / f"{name}.toml", GateConfig)

    schema = json.loads(text("config/gate.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(text(f"config/{name}.toml")))
    drivers = tomllib.loads(text("pyproject.toml"))["project"]["entry-points"]
    assert {config.thermometer.driver, config.id_reader.driver} <= set(
        drivers["gate_agent.drivers"]
    )


def test_the_two_doors_share_a_site_and_nothing_that_must_differ() -> None:
    west, central = (
        load_config(CONFIG / f"{name}.toml", GateConfig) for name in ("west-1f", "central-2f")
    )

    assert west.gate.site == central.gate.site
    assert west.gate.id == "west-1f"
    assert central.gate.id == "central-2f"
    assert west.journal.path != central.journal.path
    assert west.mqtt.key_file != central.mqtt.key_file
    assert west.keys.site_key_file == central.keys.site_key_file


def test_the_collector_configuration_loads_and_is_of_the_same_site() -> None:
    collector = load_config(CONFIG / "collector.toml", CollectorConfig)

    schema = json.loads(text("config/collector.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(text("config/collector.toml")))
    assert collector.collector.site == load_config(CONFIG / "west-1f.toml", GateConfig).gate.site


def test_the_bureaus_configuration_loads_and_explains_every_key() -> None:
    example = text("config/bureau.toml")
    bureau = load_bureau(CONFIG / "bureau.toml")

    schema = json.loads(text("config/bureau.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(example))
    assert len(bureau.bureau.sites) == 2
    assert bureau.web.sign_on
    assert all(f"\n{key} = " in example for key in BureauSection.model_fields)


def test_every_key_of_the_configuration_is_explained_in_the_example() -> None:
    example = text("config/gate.example.toml")

    for section, field in GateConfig.model_fields.items():
        assert f"[{section}]" in example
        kinds = get_args(field.annotation) or (field.annotation,)
        model = kinds[0]
        assert model is not None
        for key in model.model_fields:
            assert f"{key} = " in example or f".{key}]" in example, f"{section}.{key}"


def test_a_typing_error_in_the_example_is_refused_with_its_path(tmp_path: Path) -> None:
    broken = text("config/gate.example.toml").replace("timezone =", "timezon =")
    (tmp_path / "gate.toml").write_text(broken, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"gate\.timezon"):
        load_config(tmp_path / "gate.toml", GateConfig)


def test_the_shipped_policy_loads_and_sets_what_it_says() -> None:
    policy = load_policy(CONFIG / "policy.example.json")

    assert policy.version == 1
    assert policy.hall_mode is HallMode.APPOINTMENT
    assert policy.roster[0].on_duty


def test_the_schemas_are_what_the_models_say() -> None:
    assert tool("config_schema").FILES.stale() == []


def test_a_stale_schema_is_found(tmp_path: Path) -> None:
    (tmp_path / "gate.schema.json").write_text("{}", encoding="utf-8")

    assert set(tool("config_schema").FILES.stale(tmp_path)) == {
        "gate.schema.json",
        "collector.schema.json",
        "bureau.schema.json",
    }
