"""What a driver sees of the agent, and all it may see: version 1, public and stable.

A driver holds the conversation with one device over a transport it is given. It opens no port,
starts no task, keeps no retry policy and reads no configuration file: the supervisor does that.
A driver reports what the device says, as it says it: no caching, no filling of gaps, no
smoothing; what the device cannot measure is None.

Bases for the three ways in which devices talk are here as well: `streaming` (it sends by itself),
`polling` (it is asked), and lines of text (`framing.LineDecoder`). docs/add-a-device.md.
"""

from gate_agent.contract.signals import (
    BadgeRead,
    Card,
    CardRefused,
    CardType,
    CodeRead,
    OutputState,
    Reading,
    SomebodyLeft,
    Unread,
)
from gate_agent.driver_api.faults import LINE_FAULTS, Faults
from gate_agent.driver_api.model import (
    API_VERSION,
    DeviceKind,
    Model,
    NoOptions,
    Options,
    OptionsFault,
    Parity,
    SerialLine,
)
from gate_agent.driver_api.polling import AnsweringEmulator, Asking, PollingThermometer
from gate_agent.driver_api.protocols import (
    BadgeEmulator,
    Driver,
    Emulator,
    FaultyEmulator,
    IdReaderEmulator,
    OutputDriver,
    OutputEmulator,
    Redact,
    Report,
    ScannerEmulator,
    ThermometerEmulator,
    Transport,
)
from gate_agent.driver_api.speaking import SpeakingDriver, SpeakingEmulator
from gate_agent.driver_api.streaming import StreamingEmulator, StreamingThermometer
from gate_agent.driver_api.switching import SwitchingDriver
from gate_agent.errors import DeviceError, NoReplyError, ProtocolError, TransportClosedError

__all__ = [
    "API_VERSION",
    "LINE_FAULTS",
    "AnsweringEmulator",
    "Asking",
    "BadgeEmulator",
    "BadgeRead",
    "Card",
    "CardRefused",
    "CardType",
    "CodeRead",
    "DeviceError",
    "DeviceKind",
    "Driver",
    "Emulator",
    "Faults",
    "FaultyEmulator",
    "IdReaderEmulator",
    "Model",
    "NoOptions",
    "NoReplyError",
    "Options",
    "OptionsFault",
    "OutputDriver",
    "OutputEmulator",
    "OutputState",
    "Parity",
    "PollingThermometer",
    "ProtocolError",
    "Reading",
    "Redact",
    "Report",
    "ScannerEmulator",
    "SerialLine",
    "SomebodyLeft",
    "SpeakingDriver",
    "SpeakingEmulator",
    "StreamingEmulator",
    "StreamingThermometer",
    "SwitchingDriver",
    "ThermometerEmulator",
    "Transport",
    "TransportClosedError",
    "Unread",
]
