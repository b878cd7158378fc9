"""Any scanner that is set to serial (COM) mode (串口扫码器)."""

from typing import Literal

from pydantic import Field

from gate_agent.driver_api import (
    CodeRead,
    DeviceKind,
    Driver,
    Model,
    Options,
    SerialLine,
    SpeakingDriver,
    Transport,
)
from gate_drivers.scanners.serial_scanner.codec import Decoder
from gate_drivers.scanners.serial_scanner.emulator import SerialScannerEmulator
from gate_drivers.text.redaction import blank


class SerialScannerOptions(Options):
    """How the scanner is set."""

    prefix: str = Field("", max_length=16, description="what it sends before each code")
    terminator: Literal["any", "cr", "lf", "tab", "etx"] = Field(
        "any", description="what it sends behind each code; any: CR, LF or both"
    )
    gone_ms: int = Field(
        2000, ge=0, le=60_000, description="the same code again within this is the same"
    )


def _driver(transport: Transport, options: SerialScannerOptions) -> Driver:
    return SpeakingDriver(
        transport,
        name="serial scanner",
        decoder=Decoder(prefix=options.prefix.encode(), terminator=options.terminator),
        report=lambda text: CodeRead(text=text),
        gone_s=options.gone_ms / 1000,
    )


MODEL = Model(
    api=1,
    name="serial-scanner",
    title="串口扫码器 / scanner of QR and bar codes on a serial line",
    kind=DeviceKind.SCANNER,
    also=(DeviceKind.EXIT,),
    line=SerialLine(baud=9600, bauds=(19200, 38400, 57600, 115200)),
    stale_after_s=None,
    checked=False,
    maturity="emulated",
    driver=_driver,
    emulator=lambda options: SerialScannerEmulator(
        prefix=options.prefix, terminator=options.terminator
    ),
    options=SerialScannerOptions,
    redact=blank,
    asks=False,
    facts={
        "price": "¥¥",
        "wiring": "RS-232 or USB in its virtual COM mode (scan the manual's code for it)",
        "check": "that of the code itself; on the line none: set parity where the scanner has it",
        "traps": "set to keyboard mode it types into what has the focus, and nothing comes here; "
        "ACK/NAK mode must be off, or each code comes twice",
    },
)
