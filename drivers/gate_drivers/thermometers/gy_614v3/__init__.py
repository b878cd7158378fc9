"""GY-614V3: register module with a forehead estimate (额温测温模块)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.gy_614v3.driver import Gy614V3
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator

MODEL = Model(
    api=1,
    name="gy-614v3",
    title="额温测温模块 GY-614V3, forehead thermometer module",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600, bauds=(2400, 4800, 19200, 38400, 57600, 115200, 230400)),
    stale_after_s=0.3,
    maturity="emulated",
    driver=lambda transport, _: Gy614V3(transport),
    emulator=lambda _: Gy614V3Emulator(),
    facts={
        "price": "¥¥",
        "wiring": "TTL UART, 3–5 V",
        "check": "low byte of the sum",
        "traps": "an offset stored in register 06 is not seen in its frames: set it to 100 first",
    },
)
