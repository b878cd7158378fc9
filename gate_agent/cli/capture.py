"""`gate-agent capture` and `replay`: a problem at a door becomes a file, and the file a test."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.words import both


def capture(
    config: ConfigFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file to record into.")],
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="End by itself after so many seconds.")
    ] = None,
) -> None:
    """Record what goes over this door's serial lines, without anybody's card. 抓取.

    Stop the door's daemon first: the lines are used by one program at a time.
    """
    from gate_agent.capture.record import record  # noqa: PLC0415
    from gate_agent.host.clock import SystemClock  # noqa: PLC0415
    from gate_agent.validation import sound_config  # noqa: PLC0415

    gate = sound_config(config)

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if seconds is not None:
            loop.call_later(seconds, stop.set)
        await record(gate, out, clock=SystemClock(), stop=stop, say=typer.echo)

    typer.echo(f"{gate.gate.id}: recording into {out}; {both('terminal.ctrl_c_ends')}")
    asyncio.run(main())
    typer.echo(f"{out}: {out.stat().st_size} bytes")


def replay(
    config: ConfigFile,
    capture: Annotated[  # noqa: A002, RUF100 the option is called so
        Path, typer.Option(metavar="FILE", help="What `gate-agent capture` recorded.")
    ],
    *,
    readings: Annotated[bool, typer.Option(help="Print every reading, too.")] = True,
) -> None:
    """Play a capture through drivers and door, and print each reading and decision. 重放.

    Opens no port and writes no journal. The time is the capture's; it takes seconds.
    """
    from gate_agent.capture.file_format import CaptureError, parse_capture  # noqa: PLC0415
    from gate_agent.capture.replay import Told  # noqa: PLC0415
    from gate_agent.capture.replay import replay as play  # noqa: PLC0415
    from gate_agent.capture.transcript import line  # noqa: PLC0415
    from gate_agent.config.load import load_config, load_policy  # noqa: PLC0415
    from gate_agent.config.model import GateConfig  # noqa: PLC0415
    from gate_agent.contract.moment import Moment  # noqa: PLC0415
    from gate_agent.contract.signals import Reading  # noqa: PLC0415

    gate = load_config(config, GateConfig)

    def tell(at: Moment, output: Told) -> None:
        if readings or not isinstance(output, Reading):
            typer.echo(line(at, output))

    try:
        with capture.open(encoding="utf-8", newline="\n") as lines:
            recorded = parse_capture(lines)
    except (OSError, UnicodeDecodeError) as exc:
        got = exc.strerror if isinstance(exc, OSError) else "other bytes"
        raise CaptureError(f"{capture}: expected a capture, got: {got}") from exc
    except CaptureError as exc:
        raise CaptureError(f"{capture}: {exc}") from exc
    differences = play(gate, load_policy(gate.policy.file), recorded, tell)
    if differences.questions or differences.unread:
        typer.echo(
            f"{both('terminal.warning')}: {differences.questions} questions and "
            f"{differences.unread} answers "
            "differ from the capture: the driver has changed since",
            err=True,
        )
