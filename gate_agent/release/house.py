"""Where releases stand on a board, and which one counts.

::

    /opt/gate-agent/releases/0.4.0/   each whole, with an environment of its own
    /opt/gate-agent/current           → releases/0.4.0; one rename makes another count
    /opt/gate-agent/previous          → the one before
    /opt/gate-agent/bin, lib, share   → of the current one: units and documents name these
"""

from __future__ import annotations

import compileall
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gate_agent.host.files import expect_room, sync_folder
from gate_agent.release import wheels
from gate_agent.release.errors import ReleaseRefused

_SPARE_BYTES = 32 * 1024 * 1024
_LINKS = {  # so that the prefix is an environment itself: bin/python looks for the other two
    "bin": "current/bin",
    "lib": "current/lib",
    "pyvenv.cfg": "current/pyvenv.cfg",
    "share": "current/share/gate-agent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A board's folders; `root` is another one in a test, and in an image that is made."""

    root: Path = Path("/")

    @property
    def prefix(self) -> Path:
        """Where every release stands."""
        return self.root / "opt/gate-agent"

    @property
    def etc(self) -> Path:
        """Where a site's own files are."""
        return self.root / "etc/gate-agent"

    @property
    def signers(self) -> Path:
        """Whom the site trusts to release."""
        return self.etc / "release-signers"

    def place(self, version: str) -> Path:
        """Return the folder of one release."""
        return self.prefix / "releases" / version

    def version_at(self, link: str) -> str | None:
        """Return which release `current` or `previous` names, None for none that is there."""
        path = self.prefix / link
        return path.readlink().name if path.is_symlink() and path.is_dir() else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else change releases meanwhile. Raises ReleaseRefused."""
        self.prefix.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.prefix / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as exc:
            expected = f"{self.prefix}: expected nobody else to install"
            raise ReleaseRefused(f"{expected}, got another who does") from exc
        finally:
            os.close(descriptor)

    def stage(self, bundle: Path, version: str) -> Path:
        """Put a verified bundle's release beside the others, whole or not at all; durable.

        Raises ReleaseRefused, StorageError or OSError, with nothing left behind.
        """
        self.sweep()
        place = self.place(version)
        if place.is_dir():
            return place
        chosen = wheels.chosen((bundle / "wheels").glob("*.whl"))
        place.parent.mkdir(parents=True, exist_ok=True)
        room = wheels.needed_bytes(chosen) + _SPARE_BYTES
        expect_room(place.parent, room, f"put {version} in place", "make room; nothing was changed")
        draft = place.with_name(f".{version}.new")
        try:
            self._fill(draft, chosen, place)
            os.sync()
            draft.rename(place)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(place.parent)
        return place

    def sweep(self) -> None:
        """Remove what an install that was killed has left."""
        for draft in (self.prefix / "releases").glob(".*"):
            shutil.rmtree(draft, ignore_errors=True)

    def switch(self, version: str) -> None:
        """Let `version` count from now on: at every moment the old one does, or this one."""
        if not self.place(version).is_dir():
            raise ReleaseRefused(f"{self.place(version)}: expected a release, got none")
        self._clear_way()
        current = self.version_at("current")
        if current is not None and current != version:
            self._link("previous", f"releases/{current}")
        self._link("current", f"releases/{version}")
        for name, target in _LINKS.items():
            self._link(name, target)

    def forget_older(self) -> None:
        """Remove every release but the one that counts, the one before it, and those that run."""
        kept = {self.version_at("current"), self.version_at("previous")}
        for place in (self.prefix / "releases").glob("[0-9]*"):
            if place.name not in kept and not _runs(self._as_seen(place)):
                shutil.rmtree(place, ignore_errors=True)

    def _fill(self, draft: Path, chosen: list[Path], place: Path) -> None:
        python = Path(sys.base_prefix) / "bin" / "python{}.{}".format(*sys.version_info[:2])
        library = "lib/python{}.{}/site-packages".format(*sys.version_info[:2])
        (draft / library).mkdir(parents=True)
        (draft / "bin").mkdir()
        (draft / "pyvenv.cfg").write_text(
            f"home = {python.parent}\ninclude-system-site-packages = false\n", encoding="utf-8"
        )
        for name in (python.name, "python3", "python"):
            (draft / "bin" / name).symlink_to(python if name == python.name else python.name)
        for wheel in chosen:
            wheels.unpack(wheel, site=draft / library, prefix=draft)
        wheels.write_scripts(draft / "bin", self._as_seen(place) / "bin/python")
        compileall.compile_dir(
            draft / library,
            quiet=2,
            workers=1,
            stripdir=str(draft),
            prependdir=str(self._as_seen(place)),
        )

    def _as_seen(self, place: Path) -> Path:
        """Return where a release stands for who runs it: in an image, its own root."""
        return Path("/") / place.relative_to(self.root)

    def _link(self, name: str, target: str) -> None:
        link = self.prefix / name
        draft = self.prefix / f".{name}.new"
        draft.unlink(missing_ok=True)
        draft.symlink_to(target)
        draft.replace(link)
        sync_folder(self.prefix)

    def _clear_way(self) -> None:
        """Remove an environment that stood here by itself: what was installed before releases."""
        if (self.prefix / "bin").is_dir() and not (self.prefix / "bin").is_symlink():
            for name in ("bin", "lib", "lib64", "include", "share", "pyvenv.cfg"):
                path = self.prefix / name
                if path.is_symlink() or path.is_file():
                    path.unlink()
                else:
                    shutil.rmtree(path, ignore_errors=True)


def _runs(place: Path) -> bool:
    """Whether a program was started from there: it still reads modules now and then."""
    name = f"{place}/".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended
            if (process / "cmdline").read_bytes().startswith(name):
                return True
    return False
