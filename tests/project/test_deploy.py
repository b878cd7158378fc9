"""The centre in containers: what deploy/ says is sound, and names nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # comes with another, without types

from children import Child, free_port, listens, wait_until
from gate_agent.config.load import load_config
from gate_agent.host.clock import SystemClock
from gate_agent.provision import Site, broker
from gate_collector.config import CollectorConfig
from tree import ROOT, text

DEPLOY = ROOT / "deploy"
MADE_THERE = {"./hall", "./database-password"}  # by who follows README.md


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text("deploy/compose.yaml"))
    return read


def test_every_container_is_closed_pinned_and_comes_back() -> None:
    for name, service in compose()["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert service["logging"]["driver"] == "local", "a log that never ends fills the disk"
        assert re.fullmatch(r"[a-z-]+(:\d+)?", service["image"]), "a name, and no registry"
        assert service.get("read_only") or name == "database"


def test_the_pages_are_open_to_this_machine_alone() -> None:
    services = compose()["services"]

    ports = {name: service.get("ports", []) for name, service in services.items()}
    assert ports == {"broker": ["8883:8883"], "database": [], "collector": ["127.0.0.1:8090:8090"]}


def test_whatever_is_mounted_is_here_or_made_as_the_text_says() -> None:
    said = compose()
    readme = text("deploy/README.md")

    for service in said["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source in said["volumes"]:
                continue
            top = "/".join(source.split("/")[:2])
            assert (DEPLOY / source).is_file() or top in MADE_THERE, source
            assert top.removeprefix("./") in readme or (DEPLOY / source).is_file()
        assert {*service.get("secrets", [])} <= said["secrets"].keys()


def test_no_password_stands_in_a_file_of_ours() -> None:
    for path in DEPLOY.iterdir():
        content = path.read_text(encoding="utf-8")
        assert not re.search(r"PASSWORD[:=] *[\"']?[A-Za-z0-9]", content), path.name


def test_the_collectors_file_loads_and_names_the_containers() -> None:
    config = load_config(DEPLOY / "collector.toml", CollectorConfig)
    services = compose()["services"]

    assert config.mqtt.host == "broker"
    assert config.mqtt.port == 8883
    assert "@database/gates" in config.store.url
    environment = services["database"]["environment"]
    assert environment["POSTGRES_USER"] in config.store.url
    assert environment["POSTGRES_DB"] == "gates"
    assert f"127.0.0.1:{config.web.port}:{config.web.port}" in services["collector"]["ports"]
    assert config.web.sign_on


def test_the_image_is_made_of_a_bundle_and_of_whom_the_site_trusts() -> None:
    said = text("deploy/Containerfile")

    assert re.findall(r"^COPY (?!--from)(\S+)", said, re.MULTILINE) == ["release-signers", "bundle"]
    assert "RUN /tmp/bundle/install /tmp/release-signers" in said
    for name in ("bundle/", "release-signers"):
        assert name in text("deploy/README.md")
    assert "USER 10001" in said
    assert "chown -R 10001 hall/collector" in text("deploy/README.md")


def test_a_broker_starts_with_what_is_mounted_there(tmp_path: Path) -> None:
    site = Site.open(
        tmp_path / "hall", site="hall-01", gates=["west-1f"], brokers=["127.0.0.1", "broker"],
        now=SystemClock().now().utc,
    )  # fmt: skip
    site.write(days=2, renew=False)
    port = free_port()
    files, conf = tmp_path / "hall/broker", tmp_path / "conf.d"
    conf.mkdir()
    own = broker.configuration(files=str(files), listener=f"{port} 127.0.0.1")
    (conf / "gate.conf").write_text(own, encoding="utf-8")
    main = text("deploy/mosquitto.conf").replace("/mosquitto/config/conf.d", str(conf))
    main = main.replace("/mosquitto/data/", f"{tmp_path}/")
    (tmp_path / "mosquitto.conf").write_text(f"user root\n{main}", encoding="utf-8")

    with Child(tmp_path / "log", "mosquitto", "-c", tmp_path / "mosquitto.conf").start() as running:
        wait_until(lambda: listens(port) or not running.runs, "the broker")
        assert running.runs, running.said
