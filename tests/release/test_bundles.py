"""A bundle: everything of one architecture, installed without a net, of whom the site trusts."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from gate_agent.release.bundle import about, opened
from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.signature import digest
from release.shop import EPOCH, Shop, again, said_by
from tools.release.archive import pack
from tools.release.bundles import MACHINES, of_lock
from tools.release.lock import Pin
from tools.release.source import Unreleasable

VERSION = "0.4.0.post2+gabcdef123"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def folder(shop: Shop) -> Path:
    """Return a whole bundle's folder with this tree in it."""
    return shop.laid_out(VERSION, shop.wheel(VERSION))


def install(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    without_net = {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    return subprocess.run(
        [folder / "install", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | without_net,
        cwd="/",
    )


def test_a_bundle_installs_itself_and_what_it_installed_runs(
    shop: Shop, folder: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"

    said = install(folder, shop.signers, "--root", root)

    assert said.returncode == 0, said.stderr
    prefix = root / "opt/gate-agent"
    assert (prefix / "current").readlink() == Path(f"releases/{VERSION}")
    place = prefix / "current"
    print_version = "from gate_agent.version import program_version; print(program_version())"
    assert said_by(place, "python", "-c", print_version) == f"{VERSION}\n"
    for name in ("gate-agent", "gate-collector"):
        script = (prefix / "bin" / name).read_text(encoding="utf-8")
        body = script.partition("\n")[2]
        assert said_by(place, "python", "-c", body, "--version") == f"{VERSION}\n"
    assert "gy-614v3" in said_by(
        place, "python", "-c", "from gate_agent.cli import main; main()", "drivers"
    )
    assert (prefix / "share/gate.example.toml").is_file()
    assert (prefix / "share/docs/operations.zh-CN.md").is_file()
    assert (root / "etc/gate-agent/release-signers").read_text() == shop.signers.read_text()
    assert (root / "etc/systemd/system/gate-agent@.service").is_file()


def test_what_is_not_of_whom_the_site_trusts_runs_nothing(
    shop: Shop, folder: Path, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    (wheel,) = spoilt.glob("wheels/gate_agent-*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1])

    for signers in (shop.signers, tmp_path / "nowhere"):
        said = install(spoilt, signers, "--root", tmp_path / "root")

        assert said.returncode != 0
        assert not (tmp_path / "root").exists()


def test_a_wheel_that_was_added_is_refused(shop: Shop, folder: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    shutil.copytree(folder, more)
    (more / "wheels/evil-1.0-py3-none-any.whl").write_bytes(b"")

    said = install(more, shop.signers, "--root", tmp_path / "root")

    assert said.returncode == 1
    assert "evil-1.0-py3-none-any.whl" in said.stderr
    assert not (tmp_path / "root/opt").exists()


def test_packed_twice_a_bundle_is_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    first = pack(folder, tmp_path / "1.tar.gz", epoch=EPOCH)
    (folder / "install").touch()
    again_packed = pack(folder, tmp_path / "2.tar.gz", epoch=EPOCH)

    assert digest(first) == digest(again_packed)


def test_a_bundle_is_opened_for_a_while_and_nothing_of_it_stays(
    shop: Shop, folder: Path, tmp_path: Path
) -> None:
    file = pack(folder, tmp_path / "b.tar.gz", epoch=EPOCH)

    with opened(file, signers=shop.signers, beside=tmp_path) as bundle:
        assert (bundle.version, bundle.machine) == (VERSION, "any")
        assert (bundle.folder / "install").stat().st_mode & 0o111

    assert {path.name for path in tmp_path.iterdir()} == {"b.tar.gz"}


def _link(archive: tarfile.TarFile) -> None:
    entry = tarfile.TarInfo("b/link")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc"
    archive.addfile(entry)


def _up(archive: tarfile.TarFile) -> None:
    archive.addfile(tarfile.TarInfo("b/../../up"))


def _two(archive: tarfile.TarFile) -> None:
    archive.addfile(tarfile.TarInfo("a/one"))
    archive.addfile(tarfile.TarInfo("b/one"))


@pytest.mark.parametrize("spoil", [_link, _up, _two], ids=["link", "up", "two"])
def test_an_archive_of_another_kind_is_refused_and_writes_nothing_elsewhere(
    shop: Shop, tmp_path: Path, spoil: object
) -> None:
    file = tmp_path / "inner/b.tar"
    file.parent.mkdir()
    with tarfile.open(file, "w") as archive:
        spoil(archive)  # type: ignore[operator]

    with (
        pytest.raises(ReleaseRefused),
        opened(file, signers=shop.signers, beside=file.parent),
    ):
        pass

    assert {path.name for path in tmp_path.rglob("*")} == {"inner", "b.tar"}


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b nothing", os.urandom(4096)])
def test_no_archive_at_all_is_refused(shop: Shop, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.tar.gz"
    file.write_bytes(content)

    with pytest.raises(ReleaseRefused), opened(file, signers=shop.signers, beside=tmp_path):
        pass


def test_a_bundle_for_another_board_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "bundle.json").write_text('{"version": "1", "machine": "riscv64"}', encoding="ascii")

    with pytest.raises(ReleaseRefused, match="got one for riscv64"):
        about(other)
    assert set(MACHINES.values()) == {"x86_64", "aarch64"}


def test_a_wheel_that_is_missing_makes_no_bundle(tmp_path: Path) -> None:
    wheels = [tmp_path / "segno-1.6-py3-none-any.whl", tmp_path / "old-1.0-py3-none-any.whl"]
    segno = Pin(name="segno", version="1.6", hashes=())

    assert of_lock(wheels, [segno]) == wheels[:1]
    with pytest.raises(Unreleasable, match="et_xmlfile"):
        of_lock(wheels, [segno, Pin(name="et-xmlfile", version="2.0", hashes=())])


def test_a_signed_bundle_of_another_key_is_not_opened(
    shop: Shop, folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "x" / folder.name
    shutil.copytree(folder, copy)
    again(copy, Shop(tmp_path / "another").key)
    file = pack(copy, tmp_path / "b.tar.gz", epoch=EPOCH)

    with (
        pytest.raises(ReleaseRefused, match="SHA256SUMS"),
        opened(file, signers=shop.signers, beside=tmp_path),
    ):
        pass
