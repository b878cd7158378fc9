"""A capture as a file: JSON lines, the door first, then what went over each line.

::

    {"capture":1,"site":"hall-01","gate":"west-1f","profile":"spot-forehead","time":"…Z",
     "boot_ns":…,"version":"0.1.0","devices":{"id_reader":{"driver":"sam-uart"},…}}
    {"ns":…,"device":"id_reader","what":"opened"}
    {"ns":…,"device":"id_reader","what":"sent","hex":"aaaaaa9669000312ffee"}
    {"ns":…,"device":"id_reader","what":"came","hex":"aaaaaa9669…"}
    {"ns":…,"device":"id_reader","what":"closed","why":"the device went away"}
    {"ns":…,"device":"id_reader","what":"state","state":"lost","why":"the device went away"}

`ns` counts from the boot, as `boot_ns` does; what went over one device's line is in order. `state`
is what the supervisor told of the device: a program that was held up itself may have judged
otherwise than the times of the bytes say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gate_agent.contract.record import DeviceState, Utc
from gate_agent.errors import GateError

CLOSED_BY_US = "closed"
What = Literal["opened", "sent", "came", "closed", "state"]
Ns = Annotated[int, Field(ge=0)]


class CaptureError(GateError):
    """A capture cannot be written or read."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    def line(self) -> str:
        """Return the line, with its end."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


class Device(_Line):
    """How a device was set up."""

    driver: str
    options: dict[str, bool | int | str] = {}


class CaptureHead(_Line):
    """The door, and when the capture began."""

    capture: Literal[1]
    site: str
    gate: str
    profile: str
    time: Utc
    boot_ns: Ns
    version: str
    devices: dict[str, Device]


class CaptureEntry(_Line):
    """One thing that happened on one line."""

    ns: Ns
    device: str
    what: What
    hex: Annotated[str, Field(pattern="^([0-9a-f]{2})*$")] = ""
    why: str = ""
    state: DeviceState | None = None

    @property
    def data(self) -> bytes:
        """The bytes that went over the line."""
        return bytes.fromhex(self.hex)


_L = TypeVar("_L", bound=_Line)


def parse_capture(lines: Iterable[str]) -> tuple[CaptureHead, list[CaptureEntry]]:
    """Return what a capture holds; CaptureError names the line and what is wrong with it.

    A last line that was cut in the middle (the power went) ends the capture.
    """
    all_lines = list(lines)
    if not all_lines:
        raise CaptureError("expected a capture, got an empty file")
    head = _parsed(CaptureHead, 1, all_lines[0])
    entries: list[CaptureEntry] = []
    newest = dict.fromkeys(head.devices, head.boot_ns)
    for number, line in enumerate(all_lines[1:], start=2):
        if not line.endswith("\n"):
            break
        entry = _parsed(CaptureEntry, number, line)
        if entry.device not in newest:
            raise CaptureError(f"line {number}: expected a device of the head, got another")
        if entry.what == "state":
            if entry.state is None:
                raise CaptureError(f"line {number}: expected a state, got none")
        elif entry.ns < newest[entry.device]:
            raise CaptureError(f"line {number}: expected times that go on, got one before the last")
        else:
            newest[entry.device] = entry.ns
        entries.append(entry)
    return head, entries


def _parsed(model: type[_L], number: int, line: str) -> _L:
    try:
        return model.model_validate_json(line)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, error["loc"])) or model.__name__.removeprefix("Capture").lower()
        raise CaptureError(f"line {number}: {where}: {error['msg']}") from None
