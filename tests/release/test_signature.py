"""What is not whole, or not of whom the site trusts, is not put in place."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.signature import SIGNATURE, SUMS, verify
from release.shop import again, key_in
from tools.release.sums import sign, signers, write_sums


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a key and, beside it, who trusts it."""
    key = key_in(tmp_path_factory.mktemp("keys") / "ours")
    key.with_name("signers").write_text(signers(key), encoding="utf-8")
    return key


@pytest.fixture
def folder(tmp_path: Path, ours: Path) -> Path:
    made = tmp_path / "release"
    (made / "wheels").mkdir(parents=True)
    (made / "wheels/一 two.whl").write_bytes(b"wheel" * 1000)
    (made / "install").write_text("#!/bin/sh\n", encoding="ascii")
    again(made, ours)
    return made


def test_what_the_key_signed_is_believed(folder: Path, ours: Path) -> None:
    verify(folder, ours.with_name("signers"))


def test_the_same_files_are_signed_by_the_same_bytes(folder: Path, ours: Path) -> None:
    before = (folder / SUMS).read_bytes(), (folder / SIGNATURE).read_bytes()

    again(folder, ours)

    assert ((folder / SUMS).read_bytes(), (folder / SIGNATURE).read_bytes()) == before


def _more(folder: Path, _: Path) -> None:
    (folder / "wheels/another.whl").write_bytes(b"x")


def _link(folder: Path, _: Path) -> None:
    (folder / "wheels/a-link").symlink_to("/etc/passwd")


def _less(folder: Path, _: Path) -> None:
    (folder / "install").unlink()


def _other(folder: Path, _: Path) -> None:
    (folder / "install").write_text("#!/bin/sh\nexit\n", encoding="ascii")


def _summed_again(folder: Path, _: Path) -> None:
    _other(folder, _)
    write_sums(folder)


def _unsigned(folder: Path, _: Path) -> None:
    (folder / SIGNATURE).unlink()


def _without_sums(folder: Path, _: Path) -> None:
    (folder / SUMS).unlink()


def _no_signature(folder: Path, _: Path) -> None:
    (folder / SIGNATURE).write_bytes(b"\x00 no signature")


def _of_another(folder: Path, _: Path) -> None:
    sign(folder, key_in(folder.parent / "keys/another"))


def _for_another_purpose(folder: Path, key: Path) -> None:
    (folder / SIGNATURE).unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "git", folder / SUMS],
        check=True,
        capture_output=True,
    )


def _link_in_place(folder: Path, _: Path) -> None:
    kept = folder.parent / "kept"
    shutil.move(folder / "install", kept)
    (folder / "install").symlink_to(kept)


FAULTS = (
    _more, _link, _less, _other, _summed_again, _unsigned, _without_sums, _no_signature,
    _of_another, _for_another_purpose, _link_in_place,
)  # fmt: skip


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda one: one.__name__.strip("_"))
def test_anything_else_is_refused(
    folder: Path, ours: Path, spoil: Callable[[Path, Path], None]
) -> None:
    spoil(folder, ours)

    with pytest.raises(ReleaseRefused):
        verify(folder, ours.with_name("signers"))


def test_without_a_key_of_the_site_nothing_is_believed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseRefused, match="the keys of who may release"):
        verify(folder, tmp_path / "nowhere")
