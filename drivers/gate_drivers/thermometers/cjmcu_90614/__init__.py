"""CJMCU board with an MLX90614 on a UART: one spot, sends by itself (红外测温模块)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.cjmcu_90614.driver import Cjmcu90614
from gate_drivers.thermometers.cjmcu_90614.emulator import Cjmcu90614Emulator

MODEL = Model(
    api=1,
    name="cjmcu-90614",
    title="红外测温模块 CJMCU MLX90614 UART, infrared thermometer module",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=115200, bauds=(57600, 9600)),
    stale_after_s=0.3,
    maturity="emulated",
    driver=lambda transport, _: Cjmcu90614(transport),
    emulator=lambda _: Cjmcu90614Emulator(),
    facts={
        "price": "¥",
        "wiring": "TTL UART, 3–5 V",
        "check": "low byte of the sum",
        "traps": "looks like GY-MCU90614 and is not: 66 66 instead of 5A 5A; optics 1.6:1, so it "
        "sees mostly background beyond 5 cm",
    },
)
