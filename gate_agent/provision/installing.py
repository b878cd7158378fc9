"""Puts the keys of a bundle in place (放置密钥): all of them, verified, or none.

They are laid out beside the folder and verified there; then the two folders change places in one
step of the kernel's. The folder that was there stays beside it, as it was.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gate_agent.config.keyfile import key_faults
from gate_agent.config.model import MqttSection, SignaturesSection
from gate_agent.contract.signed import CENTRE
from gate_agent.errors import ConfigurationError
from gate_agent.host import tls
from gate_agent.host.files import sync_folder
from gate_agent.host.keys import signature_faults
from gate_agent.provision import papers, signing
from gate_agent.provision.bundle import Bundle, BundleKind
from gate_agent.provision.register import COLLECTOR

_PLACES = {
    BundleKind.DOOR: (papers.GATE_KEYS, "gate"),
    BundleKind.COLLECTOR: (papers.COLLECTOR_KEYS, "gate-collector"),
}
_AT_CWD, _EXCHANGE = -100, 2  # renameat2(2)
_KEYS = {
    BundleKind.DOOR: {"site_key_file": "site.key", "collector_public_key_file": "collector.pub"},
    BundleKind.COLLECTOR: {
        "site_key_file": "site.key",
        "registrations_key_file": "registrations.key",
    },
    BundleKind.LISTENER: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where keys go, and whose they are."""

    folder: Path
    owner: str | None  # None: whoever installs them


def usual_place(bundle: Bundle) -> KeyPlace:
    """Return where this machine's services look. Raises ConfigurationError for a reader's."""
    if bundle.kind not in _PLACES:
        expected = f"--to: expected a folder for the certificate of {bundle.name}"
        raise ConfigurationError([f"{expected}, got nothing"])
    folder, owner = _PLACES[bundle.kind]
    return KeyPlace(folder=Path(folder), owner=owner)


def install(
    bundle: Bundle, place: KeyPlace, now: datetime, *, replace: bool = False
) -> Path | None:
    """Put the keys in place; return where those before them are, None if there were none.

    Raises ConfigurationError with every fault, and then nothing was changed: a certificate that
    ended or is another's, a key that is none, keys of another door that lie there (`replace`).
    """
    target = place.folder
    if not replace and (others := _others(target, bundle.known_as)):
        expected = f"{target}: expected the keys of {bundle.name} or none, got those of {others}"
        raise ConfigurationError([f"{expected}: --replace, if this is to be {bundle.name} now"])
    draft, before = (target.with_name(f".{target.name}.{end}") for end in ("new", "was"))
    with _whole(target, draft):
        shutil.rmtree(draft, ignore_errors=True)
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
        draft.chmod(0o700)
        for name, content in bundle.files.items():
            _write(draft / name, content.encode())
        if faults := _faults(bundle, draft, now):
            raise ConfigurationError(faults)
        if not replace:
            _keep_others(target, draft)
        _give(draft, place.owner)
        sync_folder(draft)
        if not target.exists():
            draft.rename(target)
            sync_folder(target.parent)
            return None
        _exchange(draft, target)
        sync_folder(target.parent)
        shutil.rmtree(before, ignore_errors=True)
        draft.rename(before)
        sync_folder(target.parent)
        return before


def _faults(bundle: Bundle, folder: Path, now: datetime) -> list[str]:
    """Return what would keep these files from being used, by the checks of who uses them."""
    name = bundle.name
    missing = [one for one in _expected(bundle) if not (folder / one).is_file()]
    if missing:
        return [f"{bundle.name}: expected {', '.join(missing)} in the bundle, got none"]
    mqtt = MqttSection(
        url=bundle.broker,
        ca_file=folder / "ca.crt",
        cert_file=folder / f"{name}.crt",
        key_file=folder / f"{name}.key",
    )
    faults = tls.link_faults(mqtt)
    if not faults:
        faults += [one for one in tls.warnings(mqtt, bundle.known_as, now) if "expires" not in one]
    faults += key_faults({key: folder / file for key, file in _KEYS[bundle.kind].items()})
    if bundle.kind is not BundleKind.LISTENER:
        section = SignaturesSection(
            key_file=folder / signing.KEY,
            warrant_file=folder / signing.WARRANT,
            roots_file=folder / signing.ROOTS,
        )
        whose = CENTRE if bundle.kind is BundleKind.COLLECTOR else name
        faults += signature_faults(section, site=bundle.site, name=whose)
    return [fault.replace(f"{folder}/", "") for fault in faults]


def _expected(bundle: Bundle) -> list[str]:
    signed = (
        [] if bundle.kind is BundleKind.LISTENER else [signing.KEY, signing.WARRANT, signing.ROOTS]
    )
    own = [f"{bundle.name}.crt", f"{bundle.name}.key"]
    return ["ca.crt", *own, *_KEYS[bundle.kind].values(), *signed]


def _others(folder: Path, known_as: str) -> str:
    """Return whose certificate lies there with its key, where it is another client's."""
    from cryptography import x509  # noqa: PLC0415 a command may load it
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 as above

    for path in sorted(folder.glob("*.crt")) if folder.is_dir() else ():
        if path.name == "ca.crt" or not path.with_suffix(".key").exists():
            continue
        try:
            subject = x509.load_pem_x509_certificate(path.read_bytes()).subject
        except (OSError, ValueError):
            continue
        names = [part.value for part in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        if names and path.stem in (names[0], COLLECTOR) and names[0] != known_as:
            return str(names[0])
    return ""


def _keep_others(target: Path, draft: Path) -> None:
    """Bring what the site put there itself along: a certificate of its pages, older keys."""
    for path in sorted(target.iterdir()) if target.is_dir() else ():
        if path.is_file() and not (draft / path.name).exists() and not path.name.startswith("."):
            shutil.copy2(path, draft / path.name)


def _give(folder: Path, owner: str | None) -> None:
    if owner is None:
        return
    try:
        user = pwd.getpwnam(owner)
    except KeyError:
        expected = f"expected the user {owner}, whose keys these are, got no such user"
        raise ConfigurationError([f"{expected}: --owner, or install the program first"]) from None
    for path in (folder, *folder.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)


@contextmanager
def _whole(target: Path, draft: Path) -> Iterator[None]:
    """Leave nothing behind that is not whole, and say what kept us."""
    try:
        yield
    except OSError as exc:
        expected = f"{target}: expected to write there as {pwd.getpwuid(os.geteuid()).pw_name}"
        raise ConfigurationError([f"{expected}, got: {exc.strerror}; nothing was changed"]) from exc
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change names at once: no moment is without keys, whenever the power goes."""
    done: int = ctypes.CDLL(None, use_errno=True).renameat2(
        _AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE
    )
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        os.fchmod(descriptor, 0o600)
        out.write(content)
        out.flush()
        os.fsync(descriptor)
