"""Models are found by entry point or by path, and what is not one is named."""

from __future__ import annotations

import tomllib

import pytest

from devices.odd_models import PLAIN
from gate_agent.devices.registry import DriverUnusableError, all_models, find_model
from gate_agent.driver_api import DeviceKind
from gate_agent.errors import ConfigurationError
from tree import text


def test_every_installed_model_is_found_by_its_own_name() -> None:
    models = all_models()

    declared = tomllib.loads(text("pyproject.toml"))["project"]["entry-points"]
    assert [model.name for model in models] == sorted(declared["gate_agent.drivers"])
    assert all(find_model(model.name) is model for model in models)
    assert {kind for model in models for kind in model.kinds} == set(DeviceKind)
    assert {model.maturity for model in models} == {"emulated"}  # none has met its device
    assert all(model.new_emulator().faults for model in models)


def test_an_unknown_driver_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_model("sam-usb")

    (fault,) = caught.value.faults
    assert fault.startswith("expected a driver (")
    assert "gy-614v3, gy-mcu90614, " in fault
    assert fault.endswith(" or pkg.mod:MODEL, got 'sam-usb'")


def test_a_model_of_ones_own_is_named_by_its_path() -> None:
    assert find_model("devices.odd_models:PLAIN") is PLAIN


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("devices.nowhere:MODEL", "expected pkg.mod:MODEL, got 'devices.nowhere:MODEL': No module"),
        ("devices.odd_models:NONE", "has no attribute 'NONE'"),
        (":MODEL", "expected pkg.mod:MODEL, got ':MODEL'"),
        (
            "devices.odd_models:NOT_A_MODEL",
            "expected 'devices.odd_models:NOT_A_MODEL' to name a driver's Model, got a str",
        ),
    ],
)
def test_a_path_that_leads_to_no_model_is_refused(name: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        find_model(name)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("devices.broken_module:MODEL", "to load, got RuntimeError: expected another Python"),
        ("devices.faulty_models:OF_TOMORROW", "to be of driver API 1, got 2: update its package"),
    ],
)
def test_a_driver_that_is_there_and_cannot_be_used_is_named(name: str, told: str) -> None:
    with pytest.raises(DriverUnusableError, match=told):
        find_model(name)
