"""GY-MCU90640: an array of 32 × 24 points on a UART (红外热成像阵列)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.gy_mcu90640.driver import GyMcu90640
from gate_drivers.thermometers.gy_mcu90640.emulator import GyMcu90640Emulator
from gate_drivers.thermometers.gy_mcu90640.options import GyMcu90640Options

MODEL = Model(
    api=1,
    name="gy-mcu90640",
    title="红外热成像阵列 GY-MCU90640 (MLX90640, 32×24) / thermal array",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=115200, bauds=(460800, 9600)),
    stale_after_s=0.95,
    maturity="emulated",
    driver=GyMcu90640,
    emulator=GyMcu90640Emulator,
    options=GyMcu90640Options,
    facts={
        "price": "¥¥",
        "wiring": "TTL UART, 3–5 V",
        "check": "sum of 771 words",
        "traps": "profile array-face-max; one person at a time, 0.5–1 m away; mask lamps and "
        "screens; the maker says ±2 °C: a reference body and the daily check are needed",
    },
)
