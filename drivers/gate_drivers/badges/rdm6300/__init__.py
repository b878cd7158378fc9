"""RDM6300 and its kin: badges of 125 kHz (ID 卡读卡器)."""

from gate_agent.driver_api import (
    BadgeRead,
    DeviceKind,
    Driver,
    Model,
    SerialLine,
    SpeakingDriver,
    Transport,
)
from gate_drivers.badges.rdm6300.codec import Decoder
from gate_drivers.badges.rdm6300.emulator import Rdm6300Emulator
from gate_drivers.text.redaction import blank

_GONE_S = 0.5  # it repeats every 50 ms while the tag is there


def _driver(transport: Transport, _options: object) -> Driver:
    return SpeakingDriver(
        transport,
        name="RDM6300",
        decoder=Decoder(),
        report=lambda number: BadgeRead(number=number),
        gone_s=_GONE_S,
    )


MODEL = Model(
    api=1,
    name="rdm6300",
    title="125 kHz ID 卡读卡器 RDM6300 / badge reader",
    kind=DeviceKind.BADGE,
    also=(DeviceKind.EXIT,),
    line=SerialLine(baud=9600),
    stale_after_s=None,
    maturity="emulated",
    driver=_driver,
    emulator=lambda _: Rdm6300Emulator(),
    redact=blank,
    asks=False,
    facts={
        "price": "¥",
        "wiring": "TTL UART, 5 V; or inside a USB reader with CH340",
        "check": "exclusive-or of the five bytes",
        "traps": "such tags are copied for a few yuan: a badge names staff, it proves nobody",
    },
)
