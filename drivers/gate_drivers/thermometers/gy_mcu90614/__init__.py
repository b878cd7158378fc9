"""GY-MCU90614 and GY-MCU90615: one spot, sends by itself (红外测温模块)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.gy_mcu90614.driver import GyMcu90614
from gate_drivers.thermometers.gy_mcu90614.emulator import GyMcu90614Emulator

MODEL = Model(
    api=1,
    name="gy-mcu90614",
    title="红外测温模块 GY-MCU90614 / 90615, infrared thermometer module",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600, bauds=(115200,)),
    stale_after_s=0.3,
    maturity="emulated",
    driver=lambda transport, _: GyMcu90614(transport),
    emulator=lambda _: GyMcu90614Emulator(),
    facts={
        "price": "¥–¥¥",
        "wiring": "TTL UART, 3–5 V",
        "check": "low byte of the sum",
        "traps": "a BAA or BCC sensor sees mostly background beyond 5 cm: take DCI or BCI; GY-906 "
        "is another board, on I2C",
    },
)
