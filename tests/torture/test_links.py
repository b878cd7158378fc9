"""Two whole doors with one name, and a door whose name server says nothing: as processes."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.stormy_hall import hall
from children import Child, free_port, listens, program, wait_until
from disks import private_mounts, run
from doorfiles import write_door
from gate_collector.alarms.book import AlarmKind, standing
from gate_collector.store.opening import open_store
from torture.rack import torture

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
_SILENT = "127.0.0.9"


@private_mounts
def test_a_door_ends_at_once_though_its_name_server_is_silent(tmp_path: Path) -> None:
    resolver = tmp_path / "resolv.conf"
    resolver.write_text(f"nameserver {_SILENT}\noptions timeout:30 attempts:2\n")
    run("mount", "--bind", str(resolver), "/etc/resolv.conf")
    port = free_port()
    config = write_door(
        tmp_path / "door", {"mqtt": {"url": "mqtt://broker.example"}, "web": {"port": port}}
    )
    command = program("gate-agent"), "run", "--config", config
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((_SILENT, 53))
        silent.settimeout(60)
        with Child(tmp_path / "gate.log", *command).start() as gate:
            assert b"broker" in silent.recv(512)
            wait_until(lambda: listens(port), "the door's page")

            assert gate.stop() == 0, "a minute is how long the resolver would wait"


@torture
def test_two_whole_doors_with_one_name_are_told_at_the_centre_and_on_both_screens(
    tmp_path: Path,
) -> None:
    with hall(tmp_path) as running, ExitStack() as stack:
        running.gates[0].child.stop()
        doors = []
        for board in ("one", "other"):  # without a line between, which breaks as routers do
            web_port = free_port()
            url = f"mqtt://127.0.0.1:{running.port}"
            config = write_door(tmp_path / board, {"mqtt": {"url": url}, "web": {"port": web_port}})
            command = program("gate-agent"), "run", "--config", config
            child = stack.enter_context(Child(tmp_path / f"{board}.log", *command))
            doors.append(replace(running.gates[0], child=child.start(), web_port=web_port))
        engine = open_store(running.store)

        def alarms() -> set[str]:
            with engine.connect() as connection:
                return {alarm.kind for alarm in standing(connection)}

        for gate in doors:
            running.awake(gate)
        wait_until(lambda: AlarmKind.TWINS in alarms(), "an alarm at the centre", 120)
        for gate in doors:
            wait_until(lambda gate=gate: gate.uplink.get("has_twin"), "the screen to tell", 120)  # type: ignore[misc]
        connects = running.broker.said.count("already connected")
        engine.dispose()
    print(f"two doors with one name: told at both ends, {connects} takeovers")
