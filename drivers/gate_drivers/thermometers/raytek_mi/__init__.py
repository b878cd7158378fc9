"""Raytek and Fluke MI, MI3: industrial heads that speak lines of text (工业红外测温头)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.raytek_mi.driver import RaytekMi
from gate_drivers.thermometers.raytek_mi.emulator import RaytekMiEmulator
from gate_drivers.thermometers.raytek_mi.options import RaytekMiOptions

MODEL = Model(
    api=1,
    name="raytek-mi",
    title="工业红外测温头 Raytek/Fluke MI, MI3 / industrial thermometer head",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600, bauds=(19200, 38400, 57600, 115200)),
    stale_after_s=1.5,
    maturity="emulated",
    driver=RaytekMi,
    emulator=RaytekMiEmulator,
    options=RaytekMiOptions,
    facts={
        "price": "¥¥¥",
        "wiring": "RS-232, RS-485 half duplex, USB",
        "check": "none: asked three times, and all answers must be the same",
        "traps": "must be set to °C; an emissivity other than 0.98 stored in it shifts all",
    },
)
