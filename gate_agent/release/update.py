"""An update (升级) while people go in and out: tried beside, switched at a quiet moment, watched.

Whatever fails before the switch leaves the old release running; whatever fails after it brings the
old one back. A kill or a power cut leaves one of the two, whole.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gate_agent.errors import GateError
from gate_agent.release import board_files, bundle, journals
from gate_agent.release.doors import DoorLook, RunningDoor
from gate_agent.release.errors import ReleaseRefused, WentBack
from gate_agent.release.house import House
from gate_agent.release.order import order
from gate_agent.release.services import Systemctl, door
from gate_agent.words import both

_LOOKS = 3  # that find nobody, one after the other
_MOST_RESTARTS = 1  # by itself, while it is watched: a device may be plugged in just then

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePatience:
    """How long an update waits for what."""

    quiet_s: float = 4 * 3600
    up_s: float = 60  # from its start, and for a fault that comes meanwhile
    watch_s: float = 120  # from when it is well
    looks_every_s: float = 1.0


@dataclass(slots=True, kw_only=True)
class Update:
    """One update, or one way back, of one board."""

    house: House
    say: Say
    manager: Systemctl = field(default_factory=Systemctl)
    patience: UpdatePatience = field(default_factory=UpdatePatience)

    def from_bundle(self, file: Path, *, now: bool = False) -> str:
        """Update to what a bundle brings; return its version.

        Raises ReleaseRefused or WentBack: then the release before is the one that runs.
        """
        if board_files.is_packaged(self.house):
            raise ReleaseRefused("expected a bundle's installation, got Debian's: update by apt")
        with self.house.alone():
            try:
                version = self._stage(file)
            except OSError as exc:
                where = exc.filename or file
                raise ReleaseRefused(f"{where}: {exc.strerror}: nothing was changed") from exc
            self._change_to(version, now=now)
        return version

    def to_staged(self, version: str, *, now: bool = False) -> str:
        """Update to a release that is in place already: what a Debian package does."""
        with self.house.alone():
            self._refuse_older(version)
            self._change_to(version, now=now)
        return version

    def rollback(self) -> str:
        """Go back to the release before, with a journal that it reads; return its version."""
        with self.house.alone():
            before = self.house.version_at("previous")
            if before is None:
                raise ReleaseRefused("expected a release before this one, got none")
            self._exchange(before, self._doors(self.manager.running()))
        return before

    def _stage(self, file: Path) -> str:
        beside = self.house.prefix
        with bundle.opened(file, signers=self.house.signers, beside=beside) as opened:
            self._refuse_older(opened.version)
            self.say(f"{both('terminal.update_staging')}: {opened.version}")
            self.house.stage(opened.folder, opened.version)
        return opened.version

    def _refuse_older(self, version: str) -> None:
        current = self.house.version_at("current")
        if current is not None and order(version) < order(current):
            raise ReleaseRefused(
                f"expected {current} or newer, got {version}: gate-agent rollback goes back"
            )

    def _change_to(self, version: str, *, now: bool) -> None:
        before = self.house.version_at("current")
        if version == before:
            self.say(f"{version}: {both('terminal.update_is_here')}")
            return
        doors = self._doors(self.manager.running())
        self._try(version, doors)
        if not now:
            self._await_quiet(doors)
        looks = {one.unit: one.now() for one in doors}
        try:
            self._exchange(version, doors)
            self._watch(version, doors, looks)
        except (GateError, OSError) as exc:
            if before is None:
                raise
            self.say(f"{both('terminal.update_back')}: {exc}")
            self._exchange(before, doors)
            raise WentBack(f"{before} runs again: {exc}") from exc
        self.house.forget_older()
        self.say(f"{version}: {both('terminal.update_done')}")

    def _doors(self, units: Iterable[str]) -> list[RunningDoor]:
        here = []
        for unit in units:
            if name := door(unit):
                here.append(RunningDoor.of_unit(unit, self.house.etc / f"{name}.toml"))
            else:
                self.say(f"{unit}: {both('terminal.update_centre')}")
        return here

    def _try(self, version: str, doors: Iterable[RunningDoor]) -> None:
        """Let the new release judge each door's files and a copy of its journal."""
        python = self.house.place(version) / "bin/python"
        for one in doors:
            self.say(f"{one.unit}: {both('terminal.update_trial')}")
            owner, group, groups = _owner(one.journal)
            said = subprocess.run(
                [python, "-m", "gate_agent.release.trial", one.config_file],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                user=owner,
                group=group,
                extra_groups=groups,
            )
            if said.returncode:
                raise ReleaseRefused(f"{version} at {one.unit}: {said.stderr.strip()}")

    def _await_quiet(self, doors: list[RunningDoor]) -> None:
        """Wait until nobody stands at any door, nobody waits, and no hold is open."""
        quiet, reason, until = 0, "", time.monotonic() + self.patience.quiet_s  # noqa: TID251 of this process alone
        while doors:
            busy = next((why for one in doors if (why := _busy(one.now()))), "")
            quiet = 0 if busy else quiet + 1
            if quiet == _LOOKS:
                return
            if busy and busy != reason:
                self.say(f"{both('terminal.update_waits')}: {both(busy)}")
            reason = busy or reason
            if time.monotonic() > until:  # noqa: TID251 as above
                raise ReleaseRefused(f"expected a quiet moment, got none: {both(reason)}")
            self._pause()

    def _exchange(self, version: str, doors: list[RunningDoor]) -> None:
        """Let `version` count, and restart; stopped meanwhile where a journal must be brought back.

        Killed after the switch, the old program goes on until it is restarted.
        """
        schema = journals.schema_of_release(self.house.place(version))
        if all(journals.way_back(one.journal, schema) is None for one in doors):
            self._let_count(version)
            for one in doors:
                self.manager.restart(one.unit)
            return
        for one in doors:
            self.manager.stop(one.unit)
        try:
            for one in doors:
                copy = journals.way_back(one.journal, schema)
                if copy is not None:
                    aside = journals.bring_back(one.journal, copy)
                    self.say(f"{one.unit}: {both('terminal.update_aside')}: {aside}")
            self._let_count(version)
        finally:
            for one in doors:
                self.manager.start(one.unit)

    def _let_count(self, version: str) -> None:
        self.house.switch(version)
        if not board_files.is_packaged(self.house):
            board_files.lay(self.house)
            board_files.make_known(self.house)
            self.manager.reload()

    def _watch(
        self, version: str, doors: list[RunningDoor], looks: dict[str, DoorLook | None]
    ) -> None:
        """Look until each door was well for a while. Raises WentBack when one is not."""
        well_since = faulty_since = None
        while doors:
            if dead := [one.unit for one in doors if self._gave_up(one)]:
                raise WentBack(f"{', '.join(dead)}: expected it to run, got an end")
            faults = [
                fault for one in doors if (fault := self._fault(one, version, looks[one.unit]))
            ]
            now = time.monotonic()  # noqa: TID251 of this process alone
            if faults:
                faulty_since = now if faulty_since is None else faulty_since
                if now - faulty_since > self.patience.up_s:
                    raise WentBack("; ".join(faults))
            else:
                faulty_since = None
                well_since = now if well_since is None else well_since
                if now - well_since > self.patience.watch_s:
                    return
            self._pause()

    def _pause(self) -> None:
        time.sleep(self.patience.looks_every_s)  # noqa: TID251 another program: nothing to wait on

    def _gave_up(self, one: RunningDoor) -> bool:
        state = self.manager.state(one.unit)
        return state.restarts > _MOST_RESTARTS or state.active in ("failed", "inactive")

    def _fault(self, one: RunningDoor, version: str, before: DoorLook | None) -> str:
        now = one.now()
        if now is None:
            return f"{one.unit}: expected an answer, got none"
        if now.version != version:
            return f"{one.unit}: expected {version} to answer, got {now.version}"
        if before is not None and before.is_healthy and not now.is_healthy:
            return f"{one.unit}: expected it healthy as before"
        lost = sorted(before.well - now.well) if before is not None else []
        return f"{one.unit}: expected {', '.join(lost)} well as before" if lost else ""


def _busy(now: DoorLook | None) -> str:
    if now is None:
        return "terminal.update_no_answer"
    if now.holds:
        return "terminal.update_hold"
    return "" if now.is_free else "terminal.update_somebody"


def _owner(journal: Path) -> tuple[int, int, list[int]] | tuple[None, None, None]:
    """Return whose rights a trial has: of who owns the journal; root would leave root's files."""
    if os.geteuid() or not journal.parent.is_dir():
        return None, None, None
    owner = journal.parent.stat()
    if owner.st_uid == 0:
        return None, None, None
    name = pwd.getpwuid(owner.st_uid).pw_name
    return owner.st_uid, owner.st_gid, os.getgrouplist(name, owner.st_gid)
