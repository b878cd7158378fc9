"""Any device that sends lines of text: a thermometer, a badge reader, a scanner (按行文本设备)."""

from gate_agent.driver_api import DeviceKind, Model, SerialLine
from gate_drivers.text.redaction import blank
from gate_drivers.text.text_line.driver import driver
from gate_drivers.text.text_line.emulator import emulator
from gate_drivers.text.text_line.options import TextLineOptions

MODEL = Model(
    api=1,
    name="text-line",
    title="按行发送文本的设备 / any device that sends lines of text",
    kind=DeviceKind.THERMOMETER,
    also=(DeviceKind.BADGE, DeviceKind.SCANNER, DeviceKind.EXIT),
    line=SerialLine(baud=9600),
    stale_after_s=1.5,
    maturity="emulated",
    driver=driver,
    emulator=emulator,
    options=TextLineOptions,
    redact=blank,
    asks=False,
    example={
        "pattern": r"T=(?P<temperature>-?\d+\.\d\d)C A=(?P<ambient>-?\d+\.\d\d)C\*(?P<check>..)",
        "sample": "T=36.42C A=25.10C*1A",
        "checksum": "xor",
        "period_ms": 100,
    },
    facts={
        "price": "whatever is there",
        "wiring": "as its manual says",
        "check": "sum or XOR where it has one; a badge or code without one is taken as read",
        "traps": "a thermometer that is asked, and has no check, is asked three times",
    },
)
