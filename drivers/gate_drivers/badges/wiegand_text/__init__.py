"""Wiegand readers behind a converter to serial text (韦根转串口)."""

from typing import Literal

from pydantic import Field

from gate_agent.driver_api import (
    BadgeRead,
    DeviceKind,
    Driver,
    Model,
    Options,
    SerialLine,
    SpeakingDriver,
    Transport,
)
from gate_drivers.badges.wiegand_text.codec import Decoder
from gate_drivers.badges.wiegand_text.emulator import WiegandTextEmulator
from gate_drivers.text.redaction import blank

_GONE_S = 1.0


class WiegandTextOptions(Options):
    """How the converter writes a number."""

    form: Literal["hex-24", "hex-32", "decimal"] = Field(
        "hex-24", description="6 hex digits, 8 hex digits, or 8 to 10 decimal digits"
    )


def _driver(transport: Transport, options: WiegandTextOptions) -> Driver:
    return SpeakingDriver(
        transport,
        name="Wiegand converter",
        decoder=Decoder(options.form),
        report=lambda number: BadgeRead(number=number),
        gone_s=_GONE_S,
    )


MODEL = Model(
    api=1,
    name="wiegand-text",
    title="韦根读卡器（经串口转换器）/ Wiegand reader behind a converter",
    kind=DeviceKind.BADGE,
    also=(DeviceKind.EXIT,),
    line=SerialLine(baud=9600),
    stale_after_s=None,
    checked=False,
    maturity="emulated",
    driver=_driver,
    emulator=lambda options: WiegandTextEmulator(options.form),
    options=WiegandTextOptions,
    redact=blank,
    asks=False,
    facts={
        "price": "¥¥",
        "wiring": "Wiegand to the converter, RS-232 or USB from there",
        "check": "none: a flipped bit is another badge, which the roster does not know",
        "traps": "the number that is printed may be facility and number apart: hold one, and see",
    },
)
