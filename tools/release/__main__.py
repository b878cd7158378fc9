"""`make release`: everything that is handed out of one commit, into dist/VERSION (发布)."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from gate_agent.version import NUMBER
from tools.release.bundles import MACHINES, download, lay_out, make_bundle, of_lock
from tools.release.debs import AGENT, COLLECTOR, make_deb
from tools.release.licences import all_texts
from tools.release.lock import Pin, pins
from tools.release.packages import build_packages
from tools.release.sbom import bom
from tools.release.source import Source, Unreleasable, notes, refuse_what_is_half, take
from tools.release.sums import sign, signers, write_sums

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Make a release of the commit that is checked out."""
    parser = argparse.ArgumentParser(prog="make release", description=__doc__)
    parser.add_argument("--key", type=Path, help="an ssh key that signs; without it nothing is")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--arch", action="append", choices=MACHINES, help="both by default")
    arguments = parser.parse_args()
    try:
        refuse_what_is_half(ROOT)
        with tempfile.TemporaryDirectory(prefix="gate-release-") as folder:
            source = take(ROOT, Path(folder) / "gate-agent")
            out = arguments.out / source.version
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            arches = arguments.arch or sorted(MACHINES)
            make(source, out, arches=arches, key=arguments.key, cache=ROOT / ".run/wheels")
    except Unreleasable as exc:
        sys.stderr.write(f"release: {exc}\n")
        return 1
    sys.stdout.write(f"{out}\n")
    return 0


def make(source: Source, out: Path, *, arches: list[str], key: Path | None, cache: Path) -> None:
    """Make each part, then the checksums of all of them and their signature."""
    lock = source.folder / "requirements/run.lock"
    locked = list(pins(lock.read_text(encoding="utf-8")))
    packages = build_packages(source, out)
    (wheel,) = (path for path in packages if path.suffix == ".whl")
    write_papers(source, out, locked)
    for arch in arches:
        machine = MACHINES[arch]
        wheels = [*of_lock(download(lock, machine, cache / arch), locked), wheel]
        make_bundle(source, wheels, out, arch=arch, machine=machine, key=key)
        inside = source.folder.parent / "inside" / arch
        lay_out(inside, wheels, version=source.version, machine=machine)
        make_deb(AGENT, source, out, arch=arch, bundle=inside)
        make_deb(COLLECTOR, source, out, arch=arch, bundle=None)
    if key is not None:
        (out / "release-signers").write_text(signers(key), encoding="utf-8")
    write_sums(out)
    if key is not None:
        sign(out, key)


def write_papers(source: Source, out: Path, locked: list[Pin]) -> None:
    """Write what a release is made of, its licences, and what is new in it."""
    project = tomllib.loads((source.folder / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *extras["centre"], *extras["postgres"]]
    document = bom(locked, version=source.version, epoch=source.epoch, wanted=wanted)
    (out / f"gate-agent-{source.version}.cdx.json").write_text(document, encoding="utf-8")
    (out / "LICENCES.txt").write_text(all_texts(locked), encoding="utf-8")
    if news := notes(source.folder, NUMBER):
        (out / "NOTES.md").write_text(news + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
