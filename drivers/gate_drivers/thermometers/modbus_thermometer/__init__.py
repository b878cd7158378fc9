"""Any thermometer that speaks Modbus RTU: its registers stand in the configuration."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.modbus_thermometer.driver import ModbusThermometer
from gate_drivers.thermometers.modbus_thermometer.emulator import ModbusThermometerEmulator
from gate_drivers.thermometers.modbus_thermometer.options import ModbusThermometerOptions

MODEL = Model(
    api=1,
    name="modbus-thermometer",
    title="Modbus RTU 红外测温头 / any infrared thermometer on RS-485",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600, bauds=(4800, 19200, 38400, 57600, 115200)),
    stale_after_s=1.5,
    maturity="emulated",
    driver=ModbusThermometer,
    emulator=ModbusThermometerEmulator,
    options=ModbusThermometerOptions,
    example={"preset": "calex-pyrominibus"},
    facts={
        "price": "¥¥–¥¥¥",
        "wiring": "RS-485, A to A and B to B, 120 Ω at both ends",
        "check": "CRC-16",
        "traps": "industrial heads are good to 1 °C or 1 %: the daily check and the contact "
        "thermometer decide; writing settings often wears the head's memory, so nothing is written",
    },
)
