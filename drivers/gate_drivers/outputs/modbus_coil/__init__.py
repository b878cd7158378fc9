"""Relays on RS-485 whose contacts are Modbus coils (Modbus 继电器)."""

from pydantic import Field

from gate_agent.driver_api import DeviceKind, Driver, Model, Options, SerialLine, Transport
from gate_drivers.outputs.modbus_coil.driver import ModbusCoil
from gate_drivers.outputs.modbus_coil.emulator import ModbusCoilEmulator


class ModbusCoilOptions(Options):
    """Where its coils are."""

    unit: int = Field(1, ge=1, le=247, description="the device's address on the line")
    first: int = Field(0, ge=0, le=65535, description="the coil of contact 1, counted from 0")
    contacts: int = Field(4, ge=1, le=16, description="how many contacts it has")


def _driver(transport: Transport, options: ModbusCoilOptions) -> Driver:
    return ModbusCoil(transport, unit=options.unit, first=options.first, contacts=options.contacts)


MODEL = Model(
    api=1,
    name="modbus-coil",
    title="RS-485 Modbus 继电器 / relay board on RS-485",
    kind=DeviceKind.OUTPUT,
    line=SerialLine(baud=9600, bauds=(19200, 38400, 57600, 115200)),
    stale_after_s=4.0,
    maturity="emulated",
    driver=_driver,
    emulator=lambda options: ModbusCoilEmulator(
        unit=options.unit, first=options.first, contacts=options.contacts
    ),
    options=ModbusCoilOptions,
    facts={
        "price": "¥–¥¥",
        "wiring": "RS-485, 12 or 24 V",
        "check": "CRC-16; what is read back is compared with what was put",
        "traps": "many count coils from 1 in print and from 0 on the wire; without power every "
        "contact falls open: wire a fire exit to NC",
    },
)
