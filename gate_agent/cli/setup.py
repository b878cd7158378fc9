"""`gate-agent setup` and `kiosk`: a door on its board by a few questions; its page full-screen."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.errors import ConfigurationError


class KioskPage(StrEnum):
    """What a kiosk shows."""

    GUARD = "guard"
    VISITOR = "visitor"


def setup(
    *,
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Answers as TOML, a line each; nobody is asked."),
    ] = None,
    kiosk: Annotated[
        list[KioskPage] | None,
        typer.Option(help="Also a full screen on this board: guard, visitor."),
    ] = None,
    etc: Annotated[Path, typer.Option(hidden=True)] = Path("/etc/gate-agent"),
    state: Annotated[Path, typer.Option(hidden=True)] = Path("/var/lib/gate-agent"),
    units: Annotated[Path, typer.Option(hidden=True)] = Path("/etc/systemd/system"),
    dev: Annotated[Path, typer.Option(hidden=True)] = Path("/dev"),
    owner: Annotated[str, typer.Option(hidden=True)] = "gate",
) -> None:
    """Ask for door, devices, broker, keys; write, check, enable. Again: only what is new. 配置."""
    from gate_agent.setup import set_up  # noqa: PLC0415 other commands start without it
    from gate_agent.setup.asking import AnswersFile, TypedAnswers, language  # noqa: PLC0415 as above
    from gate_agent.setup.run import Board  # noqa: PLC0415 as above

    lang = language(os.environ)
    asked = AnswersFile(answers, lang) if answers else TypedAnswers(lang, typer.echo, _read)
    board = Board(etc=etc, state=state, units=units, dev=dev, owner=owner)
    raise typer.Exit(set_up(board, asked, lang=lang, say=typer.echo, kiosk=kiosk or ()))


def kiosk(
    page: Annotated[KioskPage, typer.Argument(metavar="guard|visitor", help="Whose screen it is.")],
    config: ConfigFile,
    url: Annotated[
        str | None,
        typer.Option(envvar="GATE_KIOSK_URL", help="The page of a door on another machine."),
    ] = None,
) -> None:
    """Show a door's page on the whole screen, once it is up; for gate-kiosk-*.service. 全屏."""
    from gate_agent.config.load import load_sections  # noqa: PLC0415 as above
    from gate_agent.config.model import GateConfig, WebSection  # noqa: PLC0415 as above
    from gate_agent.setup import kiosk as screen  # noqa: PLC0415 as above

    if not url:
        section = load_sections(config, GateConfig).get("web")
        web = section if isinstance(section, WebSection) else WebSection()
        url = screen.address(web, page)
    profile = Path(os.environ.get("RUNTIME_DIRECTORY") or gettempdir()) / "chromium"
    screen.become(url, profile)


def _read(prompt: str) -> str:
    try:
        return input(prompt)
    except EOFError:
        expected = "expected an answer, got the end of the input"
        raise ConfigurationError(
            [f"{expected}: --answers FILE answers without a terminal"]
        ) from None
