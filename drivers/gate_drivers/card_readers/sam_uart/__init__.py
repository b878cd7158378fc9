"""SAM ID-card reader on a UART (居民身份证阅读器): all four cards of today."""

from pydantic import Field

from gate_agent.driver_api import DeviceKind, Driver, Model, Options, SerialLine, Transport
from gate_drivers.card_readers.sam_uart.driver import SamUart
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.card_readers.sam_uart.redaction import redact


class SamUartOptions(Options):
    """What differs from one reader to the next."""

    continual: bool = Field(
        default=False,
        description="true if the reader finds a card again while it still lies there",
    )


def _driver(transport: Transport, options: SamUartOptions) -> Driver:
    return SamUart(transport, continual=options.continual)


MODEL = Model(
    api=1,
    name="sam-uart",
    title="居民身份证阅读器 / SAM ID-card reader",
    kind=DeviceKind.ID_READER,
    line=SerialLine(baud=115200, bauds=(57600, 38400, 19200, 9600)),
    stale_after_s=4.5,  # a read may take 3.5 s; a poll that is not answered is lost at once
    maturity="emulated",
    driver=_driver,
    emulator=lambda options: SamUartEmulator(continual=options.continual),
    redact=redact,
    options=SamUartOptions,
    facts={
        "price": "¥¥–¥¥¥",
        "wiring": "RS-232 or USB serial",
        "check": "XOR over the whole frame",
        "traps": "a reader of before 2018 or 2023 does not know the newer cards: ask for its "
        "firmware; a TCP converter puts text between frames, which is dropped",
    },
)
