"""The first trial works as it is written, and what config/ ships starts as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from children import broker, free_port, listens, wait_until
from cli.commands import command
from documents.typed import Shell, block_with, shared
from gate_agent.demo.robot import ask
from tree import ROOT

MANUALS = ("docs/operations.en.md", "docs/operations.zh-CN.md")


@pytest.mark.system
@pytest.mark.timeout(300)
@pytest.mark.parametrize("manual", MANUALS)
def test_the_trial_works_as_it_is_written(manual: str, tmp_path: Path) -> None:
    at, page, overview = free_port(), free_port(), free_port()
    changes = {
        ":1883": f":{at}",
        "[journal]": f"[web]\nport = {page}\n\n[journal]",
        "[store]": f"[web]\nport = {overview}\n\n[store]",
    }
    share = shared(tmp_path / "share", changes)
    door, centre = block_with(manual, "gate.trial.toml"), block_with(manual, "collector.trial.toml")

    with (
        broker(tmp_path / "broker", at).start(),
        Shell(tmp_path / "one", share) as shell,
        Shell(tmp_path / "other", share) as other,
    ):
        for line in door[:-1]:
            shell.do(line)
            if line.endswith("&"):
                wait_until((tmp_path / "one/trial/ports/id-reader").exists, "the devices")
        shell.type(door[-1])
        wait_until(lambda: listens(page), "the door")
        for line in centre[:-1]:
            other.do(line)
        other.type(centre[-1])
        wait_until(lambda: _passed(page), "the first passage")
        wait_until(lambda: _doors(overview) == ["trial"], "the door at the centre")

    for said in (shell.said, other.said):
        assert "sound 配置无误" in said
        assert "Traceback" not in said
    assert shell.said.count("answers 应答") == 2


def _passed(page: int) -> int:
    state = ask(page, "/api/v1/state")
    return sum(row["count"] for row in state["today"]["passages"]) if state else 0


def _doors(overview: int) -> list[str]:
    return [door["gate"] for door in ask(overview, "/api/v1/overview").get("gates", [])]


@pytest.mark.parametrize("name", ["gate.example", "gate.trial"])
def test_what_is_copied_as_the_documents_say_has_no_fault(name: str, tmp_path: Path) -> None:
    copied = tmp_path / f"{name}.toml"
    copied.write_bytes((ROOT / "config" / f"{name}.toml").read_bytes())

    said = command("gate-agent", "check", "--config", copied)

    assert (said.code, said.err) == (1, ""), "both devices are silent, and nothing else is wrong"
    assert said.out.count("no answer 无应答") == 2


@pytest.mark.parametrize("name", ["collector", "collector.trial"])
def test_a_fresh_centre_has_no_fault(name: str, tmp_path: Path) -> None:
    shipped = (ROOT / "config" / f"{name}.toml").read_text(encoding="utf-8")
    copied = tmp_path / f"{name}.toml"
    copied.write_text(shipped.replace("/var/lib", str(tmp_path)), encoding="utf-8")

    said = command("gate-collector", "check", "--config", copied)

    assert (said.code, said.err) == (0, "")
    assert "sound 配置无误" in said.out


def test_a_folder_that_nobody_may_make_is_said_with_the_command(tmp_path: Path) -> None:
    shipped = (ROOT / "config/collector.toml").read_text(encoding="utf-8")
    copied = tmp_path / "collector.toml"
    copied.write_text(shipped.replace("/var/lib", "/proc/nowhere"), encoding="utf-8")

    said = command("gate-collector", "check", "--config", copied)

    assert said.code == 1
    assert "expected a folder for the store, got: No such file or directory" in said.err
    assert "sudo install -d -m 0700 -o " in said.err
    assert "/proc/nowhere/gate-collector\n" in said.err
