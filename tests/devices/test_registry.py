"""Models are found by entry point or by path, and what is not one is named."""

from __future__ import annotations

import pytest

from devices.odd_models import PLAIN
from gate_agent.devices.registry import all_models, find_model
from gate_agent.driver_api import DeviceKind
from gate_agent.errors import ConfigurationError


def test_every_installed_model_is_found_by_its_own_name() -> None:
    models = all_models()

    assert [model.name for model in models] == ["gy-614v3", "gy-mcu90614", "sam-uart"]
    assert all(find_model(model.name) is model for model in models)
    assert {model.kind for model in models} == set(DeviceKind)
    assert {model.maturity for model in models} == {"emulated"}  # none has met its device
    assert all(model.emulator().faults for model in models)


def test_an_unknown_driver_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_model("sam-usb")

    assert caught.value.faults == (
        "expected a driver (gy-614v3, gy-mcu90614, sam-uart) or pkg.mod:MODEL, got 'sam-usb'",
    )


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
