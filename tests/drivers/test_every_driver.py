"""Every driver of the registry against its emulator: conformance, and what it says of itself."""

from __future__ import annotations

import pytest

from gate_agent.devices.registry import all_models
from gate_agent.driver_api import API_VERSION, Model
from gate_agent.driver_api.model import FACTS
from gate_agent.testing import Stimuli, check_driver, run_virtual
from wire.every import Case, cases

ALL = all_models()


@pytest.mark.parametrize("case", cases(), ids=str)
def test_it_conforms_whatever_fault_is_injected(case: Case) -> None:
    stimuli = Stimuli(case.model, case.kind)

    reports = run_virtual(
        check_driver(
            case.model, stimuli.show, sound=stimuli.is_sound, reports=2, options=case.options
        )
    )

    assert len(reports) == 2


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.name)
def test_it_says_what_a_buyer_and_a_configuration_need(model: Model) -> None:
    assert model.api == API_VERSION
    assert set(model.facts) == set(FACTS)
    assert all(model.facts.values())
    assert model.maturity == "emulated", "none has met its device"
    for name, field in model.options.model_fields.items():
        assert field.description, f"{model.name}.{name}"
    options = model.parse_options(model.example)
    for kind in model.kinds:
        if kind is model.kind:
            assert options.misfit(kind) is None
    assert model.new_emulator().faults
