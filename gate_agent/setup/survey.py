"""Every serial line of this machine (查看设备): what it is, who answers, or why nobody can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from gate_agent.config.model import DeviceSection
from gate_agent.devices.registry import find_model
from gate_agent.devices.transport import port_trouble
from gate_agent.setup.config_text import Changes, Value
from gate_agent.setup.looking import Seen, lines_of, look

_MENDS = {
    "brltty": "sudo apt-get purge brltty",
    "ModemManager": "sudo systemctl mask --now ModemManager",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedLine:
    """One line: its port by the name that stays, and what is known of it."""

    port: Path
    identity: str
    seen: Seen | None
    trouble: str
    mend: str = ""


def survey(dev: Path, *, thorough: bool = False) -> list[SurveyedLine]:
    """Return every line below `dev`. `thorough`: ask at the devices' other speeds as well."""
    ports, known = lines_of(dev), _identities()
    troubles = {port: port_trouble(port) for port in ports}
    free = [port for port, trouble in troubles.items() if trouble is None]
    answers = {seen.port: seen for seen in look(free, thorough=thorough)}
    return [
        SurveyedLine(
            port=port,
            identity=known.get(port.resolve(), ""),
            seen=answers.get(port),
            trouble=trouble or "",
            mend="" if trouble is None else _mend(port, trouble),
        )
        for port, trouble in troubles.items()
    ]


def proposed(lines: Iterable[SurveyedLine]) -> Changes:
    """Return the sections for what answered: the first of each kind, by the name that stays."""
    changes: dict[str, dict[str, Value]] = {}
    for line in lines:
        if line.seen is not None and line.seen.kind not in changes:
            section = DeviceSection(driver=line.seen.driver, port=line.port, baud=line.seen.baud)
            own = find_model(section.driver).line.baud
            values: dict[str, Value] = {"driver": section.driver, "port": str(line.port)}
            if section.baud not in (None, own):
                values["baud"] = section.baud
            changes[line.seen.kind] = values
    return changes


def _identities() -> Mapping[Path, str]:
    """Return what each USB adapter says of itself, by its device file."""
    return {
        Path(port.device).resolve(): f"{port.vid:04x}:{port.pid:04x} {port.description}"
        for port in list_ports.comports()
        if port.vid is not None and port.pid is not None
    }


def _mend(port: Path, trouble: str) -> str:
    """Return the command that mends it, where we know one."""
    if "dialout" in trouble:
        return 'sudo usermod -aG dialout "$USER", then sign in again'
    return next((_MENDS[name] for name in _holders(port) if name in _MENDS), "")


def _holders(port: Path) -> Iterator[str]:
    """Yield the names of the programs that have this port open, as far as we may see."""
    wanted = str(port.resolve())
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            held = {str(link.readlink()) for link in (folder / "fd").iterdir()}
            if wanted in held:
                yield (folder / "comm").read_text().strip()
        except OSError:
            continue
