"""SAM ID-card reader on a UART (居民身份证阅读器): all four cards of today."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.card_readers.sam_uart.driver import SamUart
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.card_readers.sam_uart.redaction import redact

MODEL = Model(
    name="sam-uart",
    title="居民身份证阅读器 / SAM ID-card reader",
    kind=DeviceKind.ID_READER,
    line=SerialLine(baud=115200, bauds=(57600, 38400, 19200, 9600)),
    stale_after_s=4.5,  # a read may take 3.5 s; a poll that is not answered is lost at once
    maturity="emulated",
    driver=SamUart,
    emulator=SamUartEmulator,
    redact=redact,
    options={"continual": "true if the reader finds a card again while it still lies there"},
)
