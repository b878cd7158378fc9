"""The daemon at one door of a public hall (闸口): measure, register, hold, record, report."""

__version__ = "0.4.0"
