"""Additions to a door's unit (单元附加): only what this door's own devices need is opened.

The unit lets the daemon open serial lines and no other device. Who has a camera, a card reader on
HID, a scanner that types, a sensor on I2C or a relay on GPIO opens that kind, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gate_agent.config.model import GateConfig
from gate_agent.validation import device_sections

_HEAD = "# {name}: made by `gate-agent setup`; docs/operations.en.md, docs/operations.zh-CN.md.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIn:
    """What one kind of device needs, and by which names it is recognised."""

    name: str
    why: str
    devices: tuple[str, ...]  # lines of DeviceAllow=, systemd.resource-control(5)
    group: str  # whose members may open it in Debian
    more: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()  # of a port's name

    @property
    def text(self) -> str:
        """The file for gate-agent@DOOR.service.d/."""
        allowed = "".join(f"DeviceAllow={device} rw\n" for device in self.devices)
        more = "".join(f"{line}\n" for line in self.more)
        head = _HEAD.format(name=self.name)
        return f"{head}# {self.why}\n[Service]\n{allowed}SupplementaryGroups={self.group}\n{more}"


DROP_INS = (
    DropIn(
        name="camera",
        why="A camera by V4L2; OpenCV holds some pictures and its own threads.",
        devices=("char-video4linux",),
        group="video",
        more=("MemoryMax=512M", "TasksMax=128"),
        starts=("/dev/video", "/dev/v4l"),
    ),
    DropIn(
        name="hid",
        why="A card reader or a thermometer on USB HID.",
        devices=("char-hidraw",),
        group="plugdev",
        starts=("/dev/hidraw", "hid:"),
    ),
    DropIn(
        name="input",
        why="A scanner or a badge reader that types: evdev, read by the daemon alone.",
        devices=("char-input",),
        group="input",
        starts=("/dev/input", "evdev:", "input:"),
    ),
    DropIn(
        name="i2c",
        why="A sensor on the board's own I2C.",
        devices=("char-i2c",),
        group="i2c",
        starts=("/dev/i2c", "i2c:"),
    ),
    DropIn(
        name="gpio",
        why="A relay, a light or a contact on the board's own pins.",
        devices=("char-gpiochip",),
        group="gpio",
        starts=("/dev/gpiochip", "gpio:", "gpiochip"),
    ),
)


def needed(config: GateConfig) -> list[DropIn]:
    """Return what this door's devices need beside serial lines."""
    ports = [str(section.port) for section in device_sections(config).values()]
    if config.camera.device is not None:
        ports.append(config.camera.device)
    return [one for one in DROP_INS if any(port.startswith(one.starts) for port in ports)]


def write(folder: Path, wanted: Iterable[DropIn]) -> bool:
    """Have these additions in a unit's folder, and of ours no others; whether that changed it."""
    keep = {f"{one.name}.conf": one.text for one in wanted}
    changed = False
    for one in DROP_INS:
        path = folder / f"{one.name}.conf"
        there = path.read_text(encoding="utf-8") if path.exists() else None
        text = keep.get(path.name)
        if text == there:
            continue
        if text is not None:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed = True
        elif there is not None and there.startswith(_HEAD.format(name=one.name)):
            path.unlink()  # the site's own of that name stays
            changed = True
    return changed
