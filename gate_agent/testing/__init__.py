"""Aids for tests of the gate and of drivers: fake clock, virtual time, a cable, conformance."""

from gate_agent.capture.virtual import run_virtual
from gate_agent.testing.cable import cable
from gate_agent.testing.conformance import check_driver
from gate_agent.testing.stimuli import Stimuli
from gate_agent.testing.time import FakeClock, FakeKernel, eventually

__all__ = [
    "FakeClock",
    "FakeKernel",
    "Stimuli",
    "cable",
    "check_driver",
    "eventually",
    "run_virtual",
]
