"""Optris CS, CSmicro, CT, and Micro-Epsilon thermoMETER (工业红外测温头)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.thermometers.optris_cs.driver import OptrisCs
from gate_drivers.thermometers.optris_cs.emulator import OptrisCsEmulator
from gate_drivers.thermometers.optris_cs.options import OptrisCsOptions

MODEL = Model(
    api=1,
    name="optris-cs",
    title="工业红外测温头 Optris CS/CT, thermoMETER / industrial head",
    kind=DeviceKind.THERMOMETER,
    line=SerialLine(baud=9600, bauds=(19200, 38400, 57600, 115200), dtr=True),
    stale_after_s=1.5,
    maturity="emulated",
    driver=OptrisCs,
    emulator=OptrisCsEmulator,
    options=OptrisCsOptions,
    asks=False,  # any two bytes may be its answer
    facts={
        "price": "¥¥¥",
        "wiring": "USB or RS-232 cable (DTR powers it), RS-485",
        "check": "none: asked three times, and all answers must be the same",
        "traps": "CT leaves the factory at 115200; a hs head needs high_resolution, or the "
        "numbers are nonsense",
    },
)
