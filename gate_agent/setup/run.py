"""The run of a setup: ask, put keys in place, write the file beside the old one, check, enable."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gate_agent.check import check_gate
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError
from gate_agent.host.clock import SystemClock
from gate_agent.provision.installing import KeyPlace, install
from gate_agent.setup import drop_ins
from gate_agent.setup.answered import Door, ask_door, ask_rest, with_keys
from gate_agent.setup.asking import Answers, Say
from gate_agent.setup.config_text import Changes, tree_of, with_values
from gate_agent.setup.looking import Seen, lines_of, look
from gate_agent.setup.units import Units
from gate_agent.validation import sound_config
from gate_agent.words import Lang, word

_HEAD = "# By `gate-agent setup`; every line is explained in gate.example.toml.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where things are on this board."""

    etc: Path = Path("/etc/gate-agent")
    state: Path = Path("/var/lib/gate-agent")
    units: Path = Path("/etc/systemd/system")
    dev: Path = Path("/dev")
    owner: str | None = "gate"

    def config_of(self, door: str) -> Path:
        """The file of a door."""
        return self.etc / f"{door}.toml"


def set_up(
    board: Board, answers: Answers, *, lang: Lang, say: Say, kiosk: Sequence[str] = ()
) -> int:
    """Set one door up; return 0 if it is and every device answers, 1 if one does not.

    Raises ConfigurationError with every fault; then the door's file is as it was.
    """
    known = {path.stem: tree_of(_text(path)) for path in sorted(board.etc.glob("*.toml"))}
    doors = {name: tree for name, tree in known.items() if tree.get("gate", {}).get("id") == name}
    sites = [str(tree["gate"].get("site", "")) for tree in doors.values()]
    door = ask_door(answers, list(doors), sites[0] if sites else "")
    before = doors.get(door.id, {})
    say("")
    say(word("setup.looking", lang))
    seen = look(lines_of(board.dev))
    _list(seen, lang, say)
    changes = {name: dict(values) for name, values in ask_rest(answers, door, before, seen).items()}
    if "journal" not in before:
        changes["journal"] = {"path": str(board.state / f"{door.id}.sqlite")}
    keys = _install_keys(board, door)
    for section, values in keys.items():
        changes.setdefault(section, {}).update(values)
    path = board.config_of(door.id)
    changed = _write(path, changes)
    say("")
    say(word("setup.written" if changed else "setup.unchanged", lang, file=path))
    if changed and changed.exists():
        say(word("setup.kept", lang, file=changed))
    units, unit = Units(say, lang), f"gate-agent@{door.id}"
    if units.is_at_work(unit):
        say(word("setup.at_work", lang))
        silent = 0
    else:
        silent = check_gate(path, say=say)
    folder = board.units / f"{unit}.service.d"
    opened = drop_ins.write(folder, drop_ins.needed(load_config(path, GateConfig)))
    went = units.begin(unit, anew=bool(changed or keys or opened))
    for page in kiosk:
        went = units.kiosk(f"gate-kiosk-{page}@{door.id}") and went
    return silent if went else 1


def _list(seen: Sequence[Seen], lang: Lang, say: Say) -> None:
    if not seen:
        say(word("setup.none_seen", lang))
    for number, one in enumerate(seen, start=1):
        say(f"  {number}  {one.title}: {one.driver} {one.port} ({one.says})")


def _install_keys(board: Board, door: Door) -> Changes:
    if door.bundle is None:
        return {}
    files = board.etc / "keys"
    install(door.bundle, KeyPlace(folder=files, owner=board.owner), SystemClock().now().utc)
    return with_keys(door, files)


def _write(path: Path, changes: Changes) -> Path | None:
    """Write the door's file once it is sound; return where the one before it is, None if the same.

    Raises ConfigurationError.
    """
    old = _text(path)
    try:
        text = with_values(old or _HEAD, changes)
    except ValueError as exc:
        raise ConfigurationError([f"{path}: {exc}: change it by hand, then check it"]) from exc
    if text == old:
        return None
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        _put(draft, text)
        sound_config(draft, all_files=True)
        before = path.with_name(f"{path.name}.before")
        if old:
            _put(path.with_name(f".{path.name}.old"), old)
            path.with_name(f".{path.name}.old").replace(before)
        draft.replace(path)
    except ConfigurationError as exc:
        faults = [fault.replace(str(draft), str(path)) for fault in exc.faults]
        raise ConfigurationError(faults) from exc
    except OSError as exc:
        expected = f"{path}: expected to write there, got: {exc.strerror}"
        raise ConfigurationError([f"{expected}: sudo gate-agent setup"]) from exc
    finally:
        draft.unlink(missing_ok=True)
    return before


def _put(path: Path, text: str) -> None:
    """Write a file that everybody may read, durably: it names keys, and holds none."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        os.fchmod(descriptor, 0o644)
        out.write(text)
        out.flush()
        os.fsync(descriptor)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError([f"{path}: expected a readable file, got: {exc}"]) from exc
