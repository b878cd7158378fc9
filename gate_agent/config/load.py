"""Reads a configuration or policy file strictly; tells every fault at once, each with its place.

A fault is one line: file and line, path, what was expected, what came.
What comes over the wire is read leniently instead: `contract.wire`.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from gate_agent.config.faults import fault, own_faults, shown
from gate_agent.config.lines import LineOf, json_lines, json_oddities, toml_lines
from gate_agent.contract.json_text import ForeignJsonError, read_json
from gate_agent.contract.policy import Policy
from gate_agent.contract.setting import Narrowed
from gate_agent.contract.shape import steps
from gate_agent.contract.wire import parse_tree, validated
from gate_agent.errors import ConfigurationError, ContractError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
_RANGES = frozenset(
    {"string_too_short", "string_too_long", "less_than_equal", "greater_than_equal"}
)
_AT_LINE = re.compile(r"at line (\d+)")


def load_config(path: Path, model: type[M]) -> M:
    """Return the configuration in `path` (TOML), its relative paths taken from its folder.

    Raises:
        ConfigurationError: the file cannot be read, is not TOML, or breaks the model;
            `faults` holds one line for each, such as
            `west-1f.toml:12: mqtt.url: expected …, got 'x'`.
    """
    try:
        config = validated(model, _tree(path))
    except ValidationError as exc:
        raise ConfigurationError(_faults(str(path), toml_lines(_text(path)), exc, model)) from None
    return _rooted(config, path.absolute().parent)


def load_sections(path: Path, model: type[BaseModel]) -> dict[str, BaseModel]:
    """Return the sections of `path` that hold by themselves, whatever is wrong with the others.

    Raises ConfigurationError: the file cannot be read, or is not TOML.
    """
    sections: dict[str, BaseModel] = {}
    for name, tree in _tree(path).items():
        field = model.model_fields.get(name)
        if field is not None and field.annotation is not None:
            with contextlib.suppress(ValidationError):
                section: BaseModel = TypeAdapter(field.annotation).validate_json(to_json(tree))
                sections[name] = _rooted(section, path.absolute().parent)
    return sections


def placed(path: Path, faults: Iterable[str]) -> list[str]:
    """Return faults of the TOML in `path`, each with file and line before it."""
    return _placed(str(path), toml_lines(_text(path)), faults)


def missing_files(section: BaseModel) -> list[str]:
    """Return a fault for each file that `section` names and that is not there."""
    return [
        f"{name}: expected a file, got nothing at {path}"
        for name in type(section).model_fields
        if isinstance(path := getattr(section, name), Path) and not path.is_file()
    ]


def _tree(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as exc:
        line = _AT_LINE.search(str(exc))
        where = f"{path}:{line[1]}" if line else path
        raise ConfigurationError([f"{where}: expected TOML, got {exc}"]) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A policy that a person wrote; `unread` is what an earlier version took, and this one not."""

    policy: Policy
    unread: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # of each of these, as of a fault: file, line, path, what came


def load_policy(path: Path | None) -> Policy:
    """Return the policy in `path` (JSON, the centre's own document), the built-in for None."""
    return load_policy_file(path).policy


def load_policy_file(path: Path | None) -> PolicyFile:
    """Return the same, with what of it was left out."""
    if path is None:
        return PolicyFile(policy=Policy())
    return parse_policy_file(_text(path).encode(), source=str(path))


def parse_policy(document: bytes, *, source: str) -> Policy:
    """Return the policy in `document`; ConfigurationError names every fault and `source`."""
    return parse_policy_file(document, source=source).policy


def parse_policy_file(document: bytes, *, source: str) -> PolicyFile:
    """Return the same, with what of it was left out.

    What the first version took, and is out of range now, must not keep a door from starting after
    an update: where a file has no other fault, such a value counts as not given, an entry with one
    as not there, and the warnings say so.
    """
    try:
        tree = read_json(document)
    except ContractError as exc:
        odd = json_oddities(document.decode()) if isinstance(exc, ForeignJsonError) else ()
        faults = [f"{source}:{line}: {shown(path)}: {what}" for path, line, what in odd]
        raise ConfigurationError(faults or [f"{source}: {exc}"]) from None
    try:
        return PolicyFile(policy=Policy.model_validate_json(document))
    except ValidationError as exc:
        faults = _faults(source, json_lines(document.decode()), exc, Policy)
        if not all(_was_taken(error) for error in exc.errors()):
            raise ConfigurationError(faults) from None
    parsed = parse_tree(Policy, tree)
    return PolicyFile(
        policy=parsed.value,
        unread=parsed.unread,
        warnings=tuple(f"{fault}: left out, as an earlier version took it" for fault in faults),
    )


def _was_taken(error: ErrorDetails) -> bool:
    """Whether an earlier version took what is out of range now."""
    return error["type"] in _RANGES and any(
        step.field is not None and Narrowed() in step.field.metadata
        for step in steps(Policy, error["loc"])
    )


def policy_faults(file: Path | None) -> list[str]:
    """Return what is wrong with the policy in `file`, as faults of `policy.file`."""
    try:
        load_policy(file)
    except ConfigurationError as exc:
        return [f"policy.file: {fault}" for fault in exc.faults]
    return []


def digest(path: Path) -> str:
    """Return the SHA-256 of a file: which configuration a daemon ran with."""
    return sha256(path.read_bytes()).hexdigest()


def _faults(source: str, lines: LineOf, exc: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return every fault of a file with its place, whatever its keys are written with."""
    return [
        _before(source, lines(error["loc"]), fault(error, model))
        for error in own_faults(exc.errors())
    ]


def _before(source: str, line: int | None, fault: str) -> str:
    return f"{source}: {fault}" if line is None else f"{source}:{line}: {fault}"


def _placed(source: str, lines: LineOf, faults: Iterable[str]) -> list[str]:
    placed = []
    for one in faults:
        where = one.partition(": ")[0].split(".")
        line = lines([int(part) if part.isdecimal() else part for part in where])
        placed.append(_before(source, line, one))
    return placed


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigurationError([f"{path}: expected a readable file, got {exc.strerror}"]) from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        got = f"byte {exc.start}"
        with contextlib.suppress(UnicodeDecodeError):
            exc.object.decode("gb18030")
            got = f"{got}, as of GB18030 (ANSI): save it as UTF-8"
        raise ConfigurationError([f"{path}:{line}: expected UTF-8, got {got}"]) from exc


def _rooted(config: M, folder: Path) -> M:
    """Return `config` with every relative path in it, at any depth, made absolute."""
    changes: dict[str, object] = {}
    for name in type(config).model_fields:
        value = getattr(config, name)
        if isinstance(value, Path) and not value.is_absolute():
            changes[name] = folder / value
        elif isinstance(value, BaseModel):
            changes[name] = _rooted(value, folder)
    return config.model_copy(update=changes)
