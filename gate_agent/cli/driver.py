"""`gate-agent driver new`: a package of one's own for another device, that passes its own test."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from gate_agent.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, help="A driver of one's own 驱动开发.")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACES = {
    "pyproject.toml": "pyproject.toml",
    "protocol.md": "{module}/protocol.md",
    "__init__.py": "{module}/__init__.py",
    "codec.py": "{module}/codec.py",
    "driver.py": "{module}/driver.py",
    "emulator.py": "{module}/emulator.py",
    "test_driver.py": "tests/test_{module}.py",
}


@app.callback()
def driver() -> None:
    """A driver of one's own 驱动开发."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Of the device, such as my-sensor: a-z, 0-9 and -.")],
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where its folder is made.")] = Path(),
) -> None:
    """Make a package for another device: codec, emulator, test; an invented one to begin with."""
    if _NAME.fullmatch(name) is None:
        raise ConfigurationError([f"expected a name such as my-sensor, got {name!r}"])
    root, module = folder / name, name.replace("-", "_")
    if root.exists():
        raise ConfigurationError([f"expected a new folder, got one that is there: {root}"])
    words = {
        "@NAME@": name,
        "@MODULE@": module,
        "@CLASS@": "".join(part.capitalize() for part in name.split("-")),
    }
    for source, place in _PLACES.items():
        text = (files("gate_agent.cli") / "driver_template" / f"{source}.txt").read_text("utf-8")
        for word, meant in words.items():
            text = text.replace(word, meant)
        target = root / place.format(module=module)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        typer.echo(str(target))
    typer.echo(f'pip install -e {root}; pytest {root}; then: driver = "{name}"')
