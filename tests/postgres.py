"""A PostgreSQL cluster of the test's own: a folder, a socket in it, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_WITHIN_S = "60"


class Cluster:
    """PostgreSQL without TCP; use as a context. `synced` as in production, else quick.

    It lives on the disk of the temporary files, or `below` a folder on another.
    """

    def __init__(self, *, synced: bool = False, below: Path | None = None) -> None:
        assert _PROGRAMS, "expected PostgreSQL to be installed: make test does"
        self._programs = _PROGRAMS[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="gate-pg-", dir=below))
        self._user = _other_user() if os.geteuid() == 0 else None  # it refuses root
        if self._user is not None:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._synced = synced
        self._made = 0

    def __enter__(self) -> Self:
        trust = ("--auth=trust", "--username=centre", "--encoding=UTF8", "--locale=C.UTF-8")
        chinese = ("--locale-provider=icu", "--icu-locale=zh-Hans-CN")  # as a hall's server sorts
        self._run("initdb", f"--pgdata={self._data}", "--no-sync", *trust, *chinese)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        quick = "" if self._synced else " -c fsync=off"
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder}{quick}"
        self._control("start", f"--options={options}", f"--log={self._folder / 'log'}")

    def stop(self) -> None:
        """Stop it as a crash does; clients are cut off."""
        self._control("stop", "--mode=immediate")

    def follower(self, *, waits: bool = True) -> Follower:
        """Make a replica; its leader `waits` for it at each commit from now on. Not yet started."""
        return Follower(self, waits=waits)

    def say(self, sql: str) -> None:
        """Run a statement as the one who may all."""
        self._on("psql", "--dbname=postgres", "--quiet", f"--command={sql}")

    def asked(self, sql: str) -> list[str]:
        """Return the first column of what a query says, as the one who may all."""
        with psycopg.connect(host=str(self._folder), user="centre", dbname="postgres") as line:
            return [str(row[0]) for row in line.execute(sql)]

    def database(self, template: str = "template1") -> str:
        """Make a database like `template`; return its URL."""
        self._made += 1
        name = f"hall_{self._made}"
        self._change(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://centre@/{name}?host={self._folder}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._change(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def _change(self, sql: str) -> None:
        """Do what no transaction may hold: as it is, without a program for each test."""
        with psycopg.connect(
            host=str(self._folder), user="centre", dbname="postgres", autocommit=True
        ) as line:
            line.execute(sql.encode())

    def _on(self, program: str, *arguments: str) -> None:
        self._run(program, f"--host={self._folder}", "--username=centre", *arguments)

    @property
    def folder(self) -> Path:
        """Where its socket is."""
        return self._folder

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _control(self, what: str, *arguments: str) -> None:
        self._run("pg_ctl", what, f"--pgdata={self._data}", "-w", "-t", _WITHIN_S, *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        with (self._folder / f"{program}.log").open("ab") as log:
            done = subprocess.run(
                (self._programs / program, *arguments),
                user=self._user,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        said = (self._folder / f"{program}.log").read_text(errors="replace")[-2000:]
        assert done.returncode == 0, f"expected {program} to succeed, it said:\n{said}"


class Follower(Cluster):
    """A replica in a folder of its own; `promote` makes it the one that writes."""

    def __init__(self, leader: Cluster, *, waits: bool) -> None:
        super().__init__()
        self._leader = leader
        self._waits = waits

    def __enter__(self) -> Self:
        of = self._leader.folder
        self._run("pg_basebackup", f"--host={of}", "--username=centre", f"--pgdata={self._data}",
                  "--checkpoint=fast", "--no-sync", "--write-recovery-conf")  # fmt: skip
        self.start()
        if self._waits:
            self._leader.say("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self._leader.say("SELECT pg_reload_conf()")
        return self

    def promote(self) -> None:
        """Let it write; it waits for no replica of its own."""
        self._control("promote")


def name_of(url: str) -> str:
    """Return the name of the database that `url` names."""
    return url.partition("@/")[2].partition("?")[0]


def _other_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
