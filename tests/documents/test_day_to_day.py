"""What the manuals tell to do day by day runs as it stands there, on a door and a centre."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from children import Child, free_port, program, wait_until
from cli.commands import command
from documents.typed import blocks
from doorfiles import write_collector, write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.store.staff import StaffBook

MANUAL = "docs/operations.zh-CN.md"  # the English one has the same commands: test_site
PIN, NUMBER = "739146", "11010519491231002X"
ELSEWHERE = {
    "gate.trial.toml": "test_trial",
    "collector.trial.toml": "test_trial",
    "--bundle west-1f": "test_site",
    ".schema-1": "versions/test_journal_update",
    "gate-agent update ": "release/test_update",
}
TYPED = {"staff add": f"{PIN}\n{PIN}\n", "people erase": f"{NUMBER}\n", "VACUUM": "", "verify": ""}


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A door that worked for a moment, and a centre that began, where the manual has them."""
    etc, state = tmp_path / "etc/gate-agent", tmp_path / "var/lib/gate-agent"
    state.mkdir(parents=True)
    journal = {"path": str(state / "west-1f.sqlite")}
    config = write_door(etc, {"journal": journal, "web": {"port": free_port(), "sign_on": True}})
    config.rename(etc / "west-1f.toml")
    daemon = Child(tmp_path / "log", program("gate-agent"), "run", "--config", etc / "west-1f.toml")
    with daemon.start():
        wait_until(lambda: "is up" in daemon.said, "the door")
        daemon.stop()
    (tmp_path / "site.key").write_text("5a" * 32, encoding="ascii")
    (tmp_path / "site.key").chmod(0o600)
    keys = {"site_key_file": str(tmp_path / "site.key")}
    assert (
        command("gate-collector", "check", "--config", write_collector(etc, {"keys": keys})).code
        == 0
    )
    return tmp_path


def _written(block: str, root: Path) -> str:
    said = re.sub(r"sudo (-u [a-z-]+ )?", "", block)
    return (
        said.replace("/opt/gate-agent/bin/", "")
        .replace("/etc/", f"{root}/etc/")
        .replace("/var/lib/", f"{root}/var/lib/")
    )


def _block(words: str) -> str:
    (only,) = [block for block in blocks(MANUAL) if words in block]
    return only


@pytest.mark.parametrize("words", TYPED)
def test_what_the_manual_tells_to_do_is_done(board: Path, words: str) -> None:
    said = ""
    for line in _written(_block(words), board).splitlines():
        done = subprocess.run(
            ["/bin/sh", "-ec", line],
            check=False,
            capture_output=True,
            text=True,
            input=TYPED[words],
            timeout=100,
            env={**os.environ, "PATH": f"{program('x').parent}:{os.environ['PATH']}"},
        )
        assert (done.returncode, done.stderr) == (0, ""), line
        said += done.stdout

    state = board / "var/lib/gate-agent"
    match words:
        case "staff add":
            config = load_config(board / "etc/gate-agent/west-1f.toml", GateConfig)
            (account,) = StaffBook(config.journal.path).accounts()
            assert account.name == "王卫"
        case "people erase":
            assert NUMBER not in said
        case "VACUUM":
            assert (state / "backup.sqlite").read_bytes()[:15] == b"SQLite format 3"
        case _:
            assert "last" in said


def test_every_command_of_the_manual_is_run_by_a_test() -> None:
    known = [*TYPED, *ELSEWHERE]

    assert [block for block in blocks(MANUAL) if not any(one in block for one in known)] == []
