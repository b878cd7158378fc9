"""The errors we raise on purpose; the family says who must act.

::

    GateError
     ├── DeviceError          look at the cable or the device; the supervisor reconnects
     │    ├── ProtocolError           the device sent what its protocol does not allow
     │    ├── NoReplyError            the device did not answer in its time
     │    └── TransportClosedError    the line went away
     ├── ConfigurationError   edit the configuration; carries every fault at once
     ├── ContractError        what another program sent is no message of ours
     ├── StorageError         the journal or the disk; a gate that cannot write does not open
     ├── UplinkError          the broker or the way to it; the door goes on alone
     └── AskedInVain          what somebody asked cannot be done now; a word says why

A message says what was expected and what came, and never holds personal data.
"""

from __future__ import annotations

from collections.abc import Iterable


class GateError(Exception):
    """Base of every error this project raises on purpose; raise a child of it."""


class DeviceError(GateError):
    """A device or its line misbehaved; the supervisor reconnects and counts it."""


class ProtocolError(DeviceError):
    """The device sent something its protocol does not allow."""


class NoReplyError(DeviceError):
    """The device did not answer in the time its protocol gives it."""


class TransportClosedError(DeviceError):
    """The line went away (unplugged, closed by the other side)."""


class ConfigurationError(GateError):
    """The configuration cannot be used; `faults` lists every one, each with its path."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class ContractError(GateError):
    """A message is not what the contract says; the text names no content."""


class StorageError(GateError):
    """The journal cannot be opened, read or written."""


class UplinkError(GateError):
    """The broker refused, or cannot be reached."""


class AskedInVain(GateError):  # noqa: N818 it is an answer
    """What somebody asked cannot be done now; `code` says why in a word, for the page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
