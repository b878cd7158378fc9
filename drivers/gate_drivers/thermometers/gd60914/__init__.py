"""Guide GD60914: a head with modes for forehead and wrist (额温模块)."""

from typing import Literal

from pydantic import Field

from gate_agent.driver_api import DeviceKind, Model, Options, SerialLine
from gate_drivers.thermometers.gd60914.driver import Gd60914
from gate_drivers.thermometers.gd60914.emulator import Gd60914Emulator


class Gd60914Options(Options):
    """Which of its three numbers is asked for."""

    mode: Literal["object", "forehead", "wrist"] = Field(
        "object", description="object: the surface; forehead, wrist: the maker's own estimate"
    )


MODEL = Model(
    api=1,
    name="gd60914",
    title="红外额温模块 GD60914, forehead thermometer module of Guide",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600),
    stale_after_s=1.5,
    maturity="emulated",
    driver=lambda transport, options: Gd60914(transport, mode=options.mode),
    emulator=lambda _: Gd60914Emulator(),
    options=Gd60914Options,
    facts={
        "price": "¥–¥¥",
        "wiring": "TTL UART, 3.3 V",
        "check": "none: asked three times, and all answers must be the same",
        "traps": "tells no ambient temperature; known from one public source alone",
    },
)
