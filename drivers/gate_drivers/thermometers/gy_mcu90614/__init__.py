"""GY-MCU90614 and GY-MCU90615: single-point infrared thermometer modules (红外测温模块)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.gy_mcu90614.driver import GyMcu90614
from gate_drivers.thermometers.gy_mcu90614.emulator import GyMcu90614Emulator

MODEL = Model(
    name="gy-mcu90614",
    title="红外测温模块 GY-MCU90614 / 90615, infrared thermometer module",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600, bauds=(115200,)),
    stale_after_s=0.3,
    maturity="emulated",
    driver=GyMcu90614,
    emulator=GyMcu90614Emulator,
)
