"""The daemon at one door of a public hall (闸口): measure, register, hold, record, report."""

from gate_agent.version import NUMBER

__version__ = NUMBER
