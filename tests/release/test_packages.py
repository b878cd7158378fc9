"""Wheel, sdist, what a release is made of: the same bytes twice, with all a board needs inside."""

from __future__ import annotations

import json
import tarfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import pytest

from gate_agent.release.signature import digest
from release.repository import Repository
from release.shop import Shop
from tools.release.licences import all_texts
from tools.release.lock import pins
from tools.release.packages import build_packages
from tools.release.sbom import bom
from tools.release.source import Unreleasable, notes, refuse_what_is_half, take
from tree import ROOT, text

VERSION = "0.4.0.dev7+gabcdef123"
LOCKED = list(pins(text("requirements/run.lock")))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[list[Path]]:
    """Return wheel and sdist, made twice, from two copies of the tree."""

    def build(number: int) -> list[Path]:
        folder = tmp_path_factory.mktemp(f"build-{number}")
        (folder / "out").mkdir()
        return build_packages(Shop(folder).source(VERSION), folder / "out")

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(build, (1, 2)))


def test_built_twice_the_packages_are_the_same_bytes(built: list[list[Path]]) -> None:
    first, second = ({path.name: digest(path) for path in packages} for packages in built)

    assert first == second
    assert set(first) == {
        f"gate_agent-{VERSION}-py3-none-any.whl",
        f"gate_agent-{VERSION}.tar.gz",
    }


def test_a_wheel_says_its_version_and_brings_what_a_board_needs(built: list[list[Path]]) -> None:
    with ZipFile(built[0][1] if built[0][1].suffix == ".whl" else built[0][0]) as wheel:
        names = set(wheel.namelist())
        share = f"gate_agent-{VERSION}.data/data/share/gate-agent/"

        assert wheel.read("gate_agent/built.txt").decode().strip() == VERSION
        shared = {name.removeprefix(share) for name in names if name.startswith(share)}
        for folder in ("config", "systemd"):
            for path in (ROOT / folder).rglob("*"):
                if path.is_file():
                    base = ROOT / "config" if folder == "config" else ROOT
                    assert str(path.relative_to(base)) in shared
        assert {"docs/operations.zh-CN.md", "docs/operations.en.md", "LICENSE"} <= shared
        assert not any(name.endswith((".png", ".pyc")) for name in names if "docs/" in name)


def test_an_sdist_needs_no_git_to_say_its_version(built: list[list[Path]]) -> None:
    (sdist,) = (path for path in built[0] if path.suffix == ".gz")

    with tarfile.open(sdist) as archive:
        member = archive.extractfile(f"gate_agent-{VERSION}/gate_agent/built.txt")
        assert member is not None
        assert member.read().decode().strip() == VERSION


def test_what_only_stands_here_is_in_no_release(tmp_path: Path) -> None:
    tree = Repository(tmp_path / "tree")
    (tree.folder / "gate_agent").mkdir()
    (tree.folder / "gate_agent/__init__.py").touch()
    tree.commit("code")
    (tree.folder / "gate_agent/secret.key").write_text("x", encoding="ascii")

    source = take(tree.folder, tmp_path / "taken", version="1.0")

    assert source.epoch == 1_700_000_000
    assert {path.name for path in source.folder.rglob("*") if path.is_file()} == {
        "pyproject.toml", "__init__.py", "built.txt",
    }  # fmt: skip


def test_a_tree_that_is_half_and_a_tag_without_notes_make_no_release(tmp_path: Path) -> None:
    number = "0.4.0"
    tree = Repository(tmp_path / "tree")
    changelog = tree.folder / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## Unreleased\n\n- a line\n", encoding="ascii")
    tree("add", "--all")
    with pytest.raises(Unreleasable, match="committed"):
        refuse_what_is_half(tree.folder)

    tree.commit("news")
    refuse_what_is_half(tree.folder)
    tree("tag", f"v{number}")
    with pytest.raises(Unreleasable, match=r"expected '## 0\.4\.0, <day>'"):
        refuse_what_is_half(tree.folder)

    tree("tag", "-d", f"v{number}")
    changelog.write_text(
        f"# Changelog\n\n## Unreleased\n\n## {number}, 2026-12-01\n\n- a line\n\n## 0.3.0\n",
        encoding="ascii",
    )
    tree.commit("release")
    tree("tag", f"v{number}")
    refuse_what_is_half(tree.folder)

    assert notes(tree.folder, number) == "- a line"


def test_what_it_is_made_of_names_every_locked_part_with_licence_and_hash() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["centre"]]

    document = bom(LOCKED, version="0.4.0", epoch=0, wanted=wanted)

    said = json.loads(document)
    assert document == bom(LOCKED, version="0.4.0", epoch=0, wanted=wanted)
    assert (said["bomFormat"], said["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["name"]: part for part in said["components"]}
    assert len(parts) == len(LOCKED) > 40
    for part in parts.values():
        assert part["licenses"][0]["expression"]
        assert all(len(one["content"]) == 64 for one in part["hashes"])
        assert part["hashes"]
    refs = {part["bom-ref"] for part in parts.values()} | {said["metadata"]["component"]["bom-ref"]}
    graph = {one["ref"]: one["dependsOn"] for one in said["dependencies"]}
    assert set(graph) == refs
    assert len(graph[said["metadata"]["component"]["bom-ref"]]) == len(wanted)
    assert {one for used in graph.values() for one in used} <= refs
    assert "hatchling" not in parts
    assert "colorama" not in parts


def test_the_licences_text_stands_beside_its_name() -> None:
    said = all_texts(LOCKED)

    for pin in LOCKED:
        assert f"\n{pin.name} {pin.version}: " in f"\n{said}"
    assert "Permission is hereby granted" in said
