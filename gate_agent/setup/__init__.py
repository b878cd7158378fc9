"""Sets a door up on its board (首次配置): asks a handful of questions, writes, checks, enables."""

from gate_agent.setup.run import set_up

__all__ = ["set_up"]
