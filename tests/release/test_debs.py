"""The Debian packages: what is in them, where it goes, and what they do when they come and go."""

from __future__ import annotations

import os
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from gate_agent.release.board_files import PACKAGED, is_packaged
from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.house import House
from gate_agent.release.removal import remove
from gate_agent.release.services import Systemctl
from gate_agent.release.signature import digest
from gate_agent.release.update import Update
from release.shop import EPOCH, small_wheel
from tools.release.bundles import lay_out
from tools.release.debs import AGENT, COLLECTOR, Deb, debian_version, make_deb
from tools.release.source import Source
from tree import ROOT

VERSION = "0.4.0.dev7+gabcdef123"
EVERY = pytest.mark.parametrize("deb", [AGENT, COLLECTOR], ids=lambda deb: deb.name)


def made(deb: Deb, folder: Path) -> Path:
    """Make a package with a small bundle in it."""
    (folder / "out").mkdir(parents=True)
    (folder / "tree").symlink_to(ROOT)
    source = Source(folder=folder / "tree", version=VERSION, epoch=EPOCH)
    wheel = small_wheel(folder / "w", VERSION)
    bundle = lay_out(folder / "bundle", [wheel], version=VERSION, machine="any")
    inside = bundle if deb is AGENT else None
    return make_deb(deb, source, folder / "out", arch="arm64", bundle=inside)


def dpkg_deb(*words: str | Path) -> str:
    return subprocess.run(["dpkg-deb", *words], check=True, capture_output=True, text=True).stdout


@EVERY
def test_made_twice_a_package_is_the_same_bytes(deb: Deb, tmp_path: Path) -> None:
    first, second = made(deb, tmp_path / "1"), made(deb, tmp_path / "2")

    assert first.name == second.name == f"{deb.name}_0.4.0~dev7+gabcdef123_arm64.deb"
    assert digest(first) == digest(second)


@EVERY
def test_a_package_says_what_it_needs_and_keeps_a_sites_files(deb: Deb, tmp_path: Path) -> None:
    package = made(deb, tmp_path / "1")

    said = dpkg_deb("--field", package)
    assert f"Package: {deb.name}\n" in said
    assert "Architecture: arm64\n" in said
    needs = "python3 (>= 3.11)" if deb is AGENT else "gate-agent (= 0.4.0~dev7+gabcdef123)"
    assert needs in said
    dpkg_deb("--control", package, tmp_path / "control")
    conffiles = (tmp_path / "control/conffiles").read_text(encoding="ascii").split()
    assert set(conffiles) == set(deb.conffiles)
    for script in ("postinst", "prerm", "postrm"):
        path = tmp_path / "control" / script
        assert path.stat().st_mode & 0o111
        subprocess.run(["sh", "-n", path], check=True)


def test_everything_belongs_to_root_and_lies_where_debian_wants_it(tmp_path: Path) -> None:
    listed = dpkg_deb("--contents", made(AGENT, tmp_path / "1"))
    listed += dpkg_deb("--contents", made(COLLECTOR, tmp_path / "2"))

    lines = [line.split(None, 5) for line in listed.splitlines()]
    assert {line[1] for line in lines} == {"root/root"}
    assert {line[0] for line in lines} == {"drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx"}
    names = {line[5].split(" -> ")[0].removeprefix("./") for line in lines}
    units = {path.name for path in (ROOT / "systemd").glob("gate-*.service")}
    assert {f"usr/lib/systemd/system/{unit}" for unit in units} <= names
    assert {
        "usr/lib/udev/rules.d/70-gate-serial.rules",
        "usr/lib/sysusers.d/gate-agent.conf",
        "usr/lib/tmpfiles.d/gate-agent.conf",
        "usr/bin/gate-agent",
        "usr/bin/gate-collector",
        f"{PACKAGED}/bundle.json",
        f"{PACKAGED}/SHA256SUMS",
    } <= names
    inside = {name for name in names if name and not name.endswith("/")}
    assert all(re.match(r"(usr|etc/gate-agent)/", name) for name in inside)


def test_packages_sort_as_their_versions_do() -> None:
    versions = ["0.4.0.dev9+gabc", "0.4.0.dev10+gabc", "0.4.0", "0.4.0.post1+gabc", "0.4.1"]
    for pair in pairwise(versions):
        older, newer = map(debian_version, pair)
        compared = ["dpkg", "--compare-versions", older, "lt", newer]
        assert subprocess.run(compared, check=False).returncode == 0, pair


def test_the_bundle_inside_is_put_in_place_by_its_own_installer(tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "--extract", made(AGENT, tmp_path / "1"), root], check=True)
    bundle = root / PACKAGED
    # the wheel of this test brings no installer: the tree's own runs on the package's files
    settled = subprocess.run(
        ["python3", "-m", "gate_agent.release", "settle", bundle, "--root", root],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )

    assert settled.returncode == 0, settled.stderr
    house = House(root=root)
    assert house.version_at("current") == VERSION
    assert is_packaged(house)
    assert not (root / "etc/systemd").exists(), "Debian's own files are not laid down twice"
    assert not (root / "usr/local").exists()
    for refused in (
        lambda: remove(house, Systemctl(("true",)), purge=False),
        lambda: Update(house=house, say=print).from_bundle(tmp_path / "nowhere"),
    ):
        with pytest.raises(ReleaseRefused, match="apt"):
            refused()


def test_a_bundle_that_was_changed_in_its_package_is_not_put_in_place(tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "--extract", made(AGENT, tmp_path / "1"), root], check=True)
    (root / PACKAGED / "bundle.json").write_text("{}", encoding="ascii")

    settled = subprocess.run(
        ["python3", "-m", "gate_agent.release", "settle", root / PACKAGED, "--root", root],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )

    assert settled.returncode == 1
    assert "bundle.json" in settled.stderr
    assert not (root / "opt").exists()
