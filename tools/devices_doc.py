"""Makes docs/devices.md: every device this version knows, from what each driver says of itself."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import sys
from collections.abc import Iterator

from gate_agent.devices.registry import all_models
from gate_agent.driver_api import DeviceKind, Model
from tools.generated import ROOT, Generated

DOCUMENT = "devices.md"
_HEAD = """# Devices 设备

Made from the drivers by `make docs`. `gate-agent drivers` lists them with their options.

**Maturity** 成熟度: *emulated* means that the driver was written from published protocols and works
with its emulator, whatever the line does; no real device has been met. *field-tested* would name
door and device in its `protocol.md`. Buy one, try it, and tell us.

Price classes, of one piece: ¥ below a hundred yuan, ¥¥ hundreds, ¥¥¥ thousands. They are a guess of
ours, checked with no shop.
"""
_TITLES = {
    DeviceKind.THERMOMETER: "Thermometers 测温仪",
    DeviceKind.ID_READER: "ID-card readers 身份证阅读器",
    DeviceKind.BADGE: "Badges 工作证",
    DeviceKind.SCANNER: "Scanners 扫码器",
    DeviceKind.OUTPUT: "Outputs 继电器",
    DeviceKind.EXIT: "Exits 出口",
}
_TAIL = """
An exit has a section of its own, `[exit]`: whatever stands there sees who leaves.

## By configuration alone 只用配置接入

A device that sends lines of text, or has a table of Modbus registers, needs no driver of its own:
copy what its manual says. Three that were set so:

```toml
# An industrial head that answers ?T: three lines of its manual
[thermometer]
driver = "text-line"
port = "/dev/serial/by-path/…"
[thermometer.options]
pattern = '!T(?P<temperature>\\d+\\.\\d)'
sample = "!T036.6"
ask = "?T\\r"
terminator = "crlf"
period_ms = 200

# A head on RS-485, by its maker's table of registers
[thermometer]
driver = "modbus-thermometer"
port = "socket://192.168.1.50:4001"   # behind a serial-over-Ethernet converter
[thermometer.options]
preset = "calex-pyrominibus"
unit = 3

# A scanner that puts its own brackets and a sum around each code
[scanner]
driver = "text-line"
port = "/dev/serial/by-path/…"
parity = "even"
[scanner.options]
pattern = '(?P<checked>\\[(?P<code>[^\\]]+)\\])(?P<check>..)'
sample = "[GATE-A:7F3K9Q2MX4]11"
checksum = "sum"
```

`gate-agent check` proves that the pattern reads the sample, and then asks the device.
"""


def files() -> dict[str, str]:
    """Return the document as the drivers are now."""
    return {DOCUMENT: _HEAD + "".join(_kinds(all_models())) + _TAIL}


def _kinds(models: list[Model]) -> Iterator[str]:
    for kind, title in _TITLES.items():
        served = [model for model in models if kind in model.kinds]
        yield f"\n## {title}\n\n"
        if kind is DeviceKind.EXIT:
            yield ", ".join(f"`{model.name}`" for model in served) + ", or any ID-card reader.\n"
            continue
        yield "| driver | device | maturity | line | price | wiring | flipped bit | traps |\n"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
        for model in served:
            yield _row(model)


def _row(model: Model) -> str:
    facts = (model.facts.get(name, "") for name in ("price", "wiring", "check", "traps"))
    cells = (f"`{model.name}`", model.title, model.maturity, str(model.line), *facts)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


FILES = Generated(folder=ROOT / "docs", made=files)

if __name__ == "__main__":
    sys.exit(FILES.main())
