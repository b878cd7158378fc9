"""Which version a program says it is: by the tag, by the commit, by what a build wrote."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from gate_agent import __version__
from gate_agent.version import NUMBER, program_version, version_of
from release.repository import Repository
from tree import ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "tree")


def test_before_its_tag_a_version_is_told_by_count_and_commit(tree: Repository) -> None:
    commit = tree.commit("second")

    assert version_of(tree.folder, "0.4.0") == f"0.4.0.dev2+g{commit}"


def test_a_tagged_commit_is_the_number_alone(tree: Repository) -> None:
    tree("tag", "v0.4.0")

    assert version_of(tree.folder, "0.4.0") == "0.4.0"


def test_after_its_tag_a_version_is_told_by_the_distance(tree: Repository) -> None:
    tree("tag", "-a", "-m", "annotated", "v0.4.0")
    commit = tree.commit("second")

    assert version_of(tree.folder, "0.4.0") == f"0.4.0.post1+g{commit}"


def test_the_tag_of_another_number_says_nothing_of_this_one(tree: Repository) -> None:
    tree("tag", "v0.3.0")
    tree("tag", "v0.4.0-rc1")

    assert version_of(tree.folder, "0.4.0").startswith("0.4.0.dev1+g")


@pytest.mark.parametrize("tag", [None, "v0.4.0"])
def test_changes_that_no_commit_has_are_told(tree: Repository, tag: str | None) -> None:
    if tag:
        tree("tag", tag)
    (tree.folder / "pyproject.toml").write_text("[other]\n", encoding="ascii")

    assert version_of(tree.folder, "0.4.0").endswith(".dirty")


def test_versions_stand_in_their_order(tree: Repository) -> None:
    before = version_of(tree.folder, "0.4.0")
    tree("tag", "v0.4.0")
    tagged = version_of(tree.folder, "0.4.0")
    tree.commit("second")
    after = version_of(tree.folder, "0.4.0")

    assert Version("0.3.0") < Version(before) < Version(tagged) < Version(after) < Version("0.4.1")


def test_without_git_it_is_the_number_and_no_failure(tree: Repository, tmp_path: Path) -> None:
    assert version_of(tree.folder, "0.4.0", {"PATH": str(tmp_path)}) == "0.4.0+unknown"


def test_a_repository_without_a_commit_is_no_failure(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "pyproject.toml").touch()

    assert version_of(tmp_path, "0.4.0") == "0.4.0+unknown"


def test_what_lies_in_anothers_repository_is_not_told_by_it(tree: Repository) -> None:
    installed = tree.folder / "venv/site-packages"
    installed.mkdir(parents=True)

    assert version_of(installed, "0.4.0") == "0.4.0+unknown"


def test_a_hook_of_git_names_another_repository_and_is_not_heard(
    tree: Repository, tmp_path: Path
) -> None:
    other = Repository(tmp_path / "other")
    other("tag", "v0.4.0")

    said = version_of(tree.folder, "0.4.0", os.environ | {"GIT_DIR": str(other.folder / ".git")})

    assert said.startswith("0.4.0.dev1+g")


def test_what_a_build_wrote_is_believed_without_git(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "gate_agent", tmp_path / "gate_agent", ignore=lambda *_: {"__pycache__"})
    (tmp_path / "gate_agent/built.txt").write_text("0.4.0.post7+gabcdef123\n", encoding="ascii")

    said = subprocess.run(
        [sys.executable, "-c", "from gate_agent.version import *; print(program_version())"],
        env={"PYTHONPATH": str(tmp_path), "PATH": str(tmp_path)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert said == "0.4.0.post7+gabcdef123\n"


@pytest.mark.parametrize(("tree", "told"), [(ROOT, "0.4.0.dev7+gabcdef123"), ("/other", None)])
def test_who_is_started_is_told_what_git_said_of_the_same_tree(
    tree: Path | str, told: str | None, tmp_path: Path
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from gate_agent.version import *; print(program_version())"],
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": str(tmp_path),  # no git there
            "GATE_AGENT_ASKED": f"{tree}=0.4.0.dev7+gabcdef123",
        },
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert said == f"{told or f'{NUMBER}+unknown'}\n"


def test_this_tree_says_its_number_and_its_commit() -> None:
    assert __version__ == NUMBER
    assert Version(program_version()).base_version == NUMBER
