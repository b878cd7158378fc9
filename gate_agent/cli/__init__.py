"""The command `gate-agent`: daemon, checks, emulation, demo, captures, journal."""

from __future__ import annotations

import sys

import typer

from gate_agent.cli import (
    capture,
    devices,
    driver,
    journal,
    keys,
    life,
    people,
    provision,
    release,
    roster,
    setup,
    staff,
    support,
)
from gate_agent.cli.options import Version
from gate_agent.errors import ConfigurationError, GateError

app = typer.Typer(
    name="gate-agent",
    help="Entrance screening for a public hall 大厅入口筛查: one door's daemon and its tools.",
    invoke_without_command=False,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a trace with values of variables may hold personal data
)
app.command()(life.run)
app.command()(life.check)
app.command()(devices.emulate)
app.command()(life.demo)
app.command()(devices.drivers)
app.command()(capture.capture)
app.command()(capture.replay)
app.command()(provision.provision)
app.command()(roster.roster)
app.command()(setup.setup)
app.command()(setup.kiosk)
app.command()(release.update)
app.command()(release.rollback)
app.command()(release.uninstall)
app.command()(support.support_bundle)
app.add_typer(journal.app, name="journal")
app.command()(devices.devices)
app.add_typer(driver.app, name="driver")
app.add_typer(keys.app, name="keys")
app.add_typer(people.app, name="people")
app.add_typer(staff.app, name="staff")


@app.callback()
def options(*, version: Version = False) -> None:
    """Entrance screening for a public hall 大厅入口筛查: one door's daemon and its tools."""


def main() -> None:
    """Run the command line; what we raise on purpose is one clear line each, never a trace."""
    try:
        app()
    except ConfigurationError as exc:
        for fault in exc.faults:
            print(f"gate-agent: {fault}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except GateError as exc:
        print(f"gate-agent: {exc}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
