"""One hall, two versions, as processes: configured by the first one, run by both, on one broker."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from children import Child, wait_until
from gate_agent.demo.processes import program as installed
from versions.older import OlderCode

pytestmark = pytest.mark.system


@pytest.mark.parametrize(
    "by_first", [{"gate_collector"}, {"west-1f"}], ids=["older centre", "older door"]
)
def test_an_emergency_closes_the_doors_of_both_versions_and_both_are_acknowledged(
    first: OlderCode, tmp_path: Path, by_first: set[str]
) -> None:
    folder = tmp_path / "hall"
    ports = first.ask("lay_out", folder=str(folder))
    children: dict[str, Child] = {}

    def start(name: str, package: str, config: Path) -> None:
        environment = first.environment if name in by_first else None
        main = f"import {package}.cli as c; print(c.__file__, flush=True); c.main()"
        command = (sys.executable, "-P", "-c", main, "run", "--config", config)
        child = Child(folder / f"{name}.log", *command, environment=environment)
        children[name] = hall.enter_context(child).start()

    with ExitStack() as hall:
        broker = Child(
            folder / "broker.log", installed("mosquitto"), "-c", folder / "mosquitto.conf"
        )
        hall.enter_context(broker).start()
        start("gate_collector", "gate_collector", folder / "collector.toml")
        for gate in ("west-1f", "central-2f"):
            start(gate, "gate_agent", folder / gate / "gate.toml")
        base = f"http://127.0.0.1:{ports['collector']}"
        client = hall.enter_context(httpx.Client(base_url=base, timeout=60))

        def applied() -> dict[str, tuple[str, str]]:
            try:
                told = client.get("/api/v1/policy").json()["gates"]
            except httpx.TransportError:
                return {}
            return {gate["gate"]: (gate["state"], gate["hall_mode"]) for gate in told}

        wait_until(lambda: len(applied()) == 2, "both doors to be heard")
        asked = {"by": "王科长", "why": "升级", "hall_mode": "emergency"}
        assert client.post("/policy/mode", json=asked).status_code == 201

        both = dict.fromkeys(("west-1f", "central-2f"), ("same", "emergency"))
        wait_until(lambda: applied() == both, "both doors closed and acknowledged")
        older = {name for name, one in children.items() if one.said.startswith(str(first.folder))}
        assert older == by_first
