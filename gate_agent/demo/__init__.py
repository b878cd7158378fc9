"""The whole house on one machine: broker, collector, both doors, devices, people, a guard."""

from gate_agent.demo.run import run_demo

__all__ = ["run_demo"]
