"""Reads a configuration or policy file; tells every fault at once, each with its path."""

from __future__ import annotations

import contextlib
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from gate_agent.contract.policy import Policy
from gate_agent.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
_VENDOR_PREFIX = "Value error, "
_PRIVATE = {"person_ref", "phone", "number"}  # somebody may write a person where a digest belongs


def load_config(path: Path, model: type[M]) -> M:
    """Return the configuration in `path` (TOML), its relative paths taken from its folder.

    Raises:
        ConfigurationError: the file cannot be read, is not TOML, or breaks the model;
            `faults` holds one line for each, such as `mqtt.url: expected …, got 'x'`.
    """
    try:
        config = model.model_validate(_tree(path))
    except ValidationError as exc:
        raise ConfigurationError(_fault(error, model) for error in exc.errors()) from None
    return _rooted(config, path.absolute().parent)


def load_sections(path: Path, model: type[BaseModel]) -> dict[str, BaseModel]:
    """Return the sections of `path` that hold by themselves, whatever is wrong with the others.

    Raises ConfigurationError: the file cannot be read, or is not TOML.
    """
    found: dict[str, BaseModel] = {}
    for name, tree in _tree(path).items():
        field = model.model_fields.get(name)
        if field is not None and field.annotation is not None:
            with contextlib.suppress(ValidationError):
                section: BaseModel = TypeAdapter(field.annotation).validate_python(tree)
                found[name] = _rooted(section, path.absolute().parent)
    return found


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
        raise ConfigurationError([f"{path}: expected TOML, got {exc}"]) from exc


def load_policy(path: Path | None) -> Policy:
    """Return the policy in `path` (JSON, the centre's own document), the built-in for None."""
    if path is None:
        return Policy()
    return parse_policy(_text(path).encode(), source=str(path))


def parse_policy(document: bytes, *, source: str) -> Policy:
    """Return the policy in `document`; ConfigurationError names every fault and `source`."""
    try:
        return Policy.model_validate_json(document)
    except ValidationError as exc:
        raise ConfigurationError(
            f"{source}: {_fault(error, Policy)}" for error in exc.errors()
        ) from None


def digest(path: Path) -> str:
    """Return the SHA-256 of a file: which configuration a daemon ran with."""
    return sha256(path.read_bytes()).hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigurationError([f"{path}: expected a readable file, got {exc.strerror}"]) from exc
    except UnicodeDecodeError as exc:
        raise ConfigurationError([f"{path}: expected UTF-8, got byte {exc.start}"]) from exc


def _fault(error: ErrorDetails, model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "file"
    got = "another form" if error["loc"] and error["loc"][-1] in _PRIVATE else repr(error["input"])
    match error["type"]:
        case "missing":
            return f"{where}: expected a value, got nothing"
        case "extra_forbidden":
            return f"{where}: expected a known key, got this one"
        case "string_pattern_mismatch":
            return f"{where}: expected {_description(model, error['loc'])}, got {got}"
        case "value_error":
            return f"{where}: {error['msg'].removeprefix(_VENDOR_PREFIX)}"
        case _:
            wanted = error["msg"].replace("Input should be", "expected", 1)
            wanted = wanted.replace("String should", "expected a string that should", 1)
            return f"{where}: {wanted}, got {got}"


def _description(model: type[BaseModel], path: tuple[int | str, ...]) -> str:
    """Return what the field at `path` says of itself: kinder than its regular expression."""
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:
            break
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            model = field.annotation
        elif field.description:
            return field.description
    return "another form"


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
