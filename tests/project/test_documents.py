"""The documents say what is there, and name nothing of anybody's own machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from tree import ROOT, files, links, text

DOCUMENTS = tuple(str(path.relative_to(ROOT)) for path in files(".md"))
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
COMMAND = re.compile(r"\b(gate-agent|gate-collector) ([a-z][a-z-]*)(?: ([a-z]+))?")
TARGET = re.compile(r"\bmake ([a-z]+)")
COMMANDS = {
    "gate-agent": {
        "run", "check", "provision", "emulate", "demo", "drivers", "capture", "replay", "roster",
        "devices", "driver",
        "journal", "keys", "kiosk", "people", "rollback", "setup", "staff",
        "support-bundle", "uninstall", "update",
    },
    "gate-agent journal": {"tail", "verify", "export", "rebuild", "migrate"},
    "gate-agent driver": {"new"},
    "gate-agent keys": {"install"},
    "gate-agent people": {"erase", "wipe"},
    "gate-agent staff": {"add", "list", "disable", "pin"},
    "gate-collector": {
        "run", "work", "months", "check", "verify", "export", "backup", "restore", "people",
        "migrate", "retire", "support-bundle",
    },
    "gate-collector people": {"erase", "wipe"},
}  # fmt: skip
# Written in halves, so that this file does not find itself.
ELSEWHERE = (
    "pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "deb.debian" + ".org",
    "--index" + "-url", "--find" + "-links", "file:" + "///opt/p", "/opt/wh" + "eels",
    "/wo" + "rk/main", "/wo" + "rk/shared", "/tm" + "p/plan", "/ro" + "ot/", "/ho" + "me/",
)  # fmt: skip


def _help(*command: str) -> set[str]:
    """Return the sub-commands that a command's own help lists."""
    program = Path(sys.executable).parent / command[0]
    shown = subprocess.run(
        [program, *command[1:], "--help"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"},
    )
    _, found, listed = shown.stdout.partition("Commands")
    assert found, shown.stdout
    return set(re.findall(r"^[│\s]*([a-z][a-z-]*)(?:\s|$)", listed, re.MULTILINE))


def _code(document: str) -> str:
    """Return what stands in code spans and code blocks of a Markdown text."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", document, re.DOTALL))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_programs_have_the_commands_that_are_documented(command: str) -> None:
    assert COMMANDS[command] <= _help(*command.split())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_only_commands_that_exist(document: str) -> None:
    code = _code(text(document))
    for program, command, below in COMMAND.findall(code):
        assert command in COMMANDS[program], f"{program} {command}"
        if command == "journal" and below:
            assert below in COMMANDS["gate-agent journal"], f"journal {below}"
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert set(TARGET.findall(code)) <= targets


def test_every_command_stands_in_the_list_of_commands() -> None:
    listed = text("docs/commands.md")

    for program, commands in COMMANDS.items():
        for command in commands:
            assert f"`{program} {command}" in listed


def test_make_help_lists_every_target_with_its_meaning() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    for target in ("demo", "test", "check", "lock", "docs", "screens", "bench", "clean", "help"):
        assert re.search(rf"^make {target} +\S", shown, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_of_a_document_leads_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    for link in links(text(document)):
        if not re.match(r"[a-z]+:|#", link):
            assert (folder / link.partition("#")[0]).exists(), link


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    index = text("docs/decisions/README.md")
    pages = sorted(folder.glob("[0-9]*.md"))

    numbers = [int(page.name[:4]) for page in pages]  # one is taken before its page lands
    assert numbers == sorted(set(numbers))
    for page in pages:
        assert f"]({page.name})" in index
        headings = re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"]


def test_the_two_operations_manuals_have_the_same_parts() -> None:
    def shape(document: str) -> list[str]:
        return re.findall(r"^(#+) |^(\d+\.) |^(```\w+)", text(document), re.MULTILINE)

    assert shape("docs/operations.en.md") == shape("docs/operations.zh-CN.md")


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in files()
        for content in [path.read_bytes().decode("utf-8", errors="replace")]
        for place in ELSEWHERE
        if place in content
    ]

    assert found == []


def test_every_dependency_has_its_reason_beside_it() -> None:
    lines = text("pyproject.toml").splitlines()
    project = tomllib.loads(text("pyproject.toml"))
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    for group in project["dependency-groups"].values():
        wanted += group

    without = [
        dependency
        for dependency in wanted
        if not any(f'"{dependency}"' in line and "#" in line.rpartition('"')[2] for line in lines)
    ]
    assert without == []


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_every_locked_version_is_pinned_by_hash(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", text(f"requirements/{lock}.lock").strip())

    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_demos_lock_can_build_the_project_and_is_part_of_the_tests_lock() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", text(f"requirements/{lock}.lock"), re.MULTILINE))

    assert any(pin.startswith("hatchling==") for pin in pins("run"))
    assert pins("run") <= pins("dev")


def test_the_licence_is_apache_2_word_by_word() -> None:
    assert sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2


@pytest.mark.parametrize("script", ["tools/setup", "tools/ten-minutes", ".ci/run"])
def test_a_script_is_executable_and_plain_shell(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111
    subprocess.run(["sh", "-n", ROOT / script], check=True)
