"""A policy reaches both doors: real gates, a real broker, the collector as a process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from children import Child, free_port, program, wait_until
from gate_agent.contract.policy import Policy
from gate_agent.demo.processes import program as installed
from gate_agent.demo.site import DemoSite, lay_out
from gate_agent.host.clock import SystemClock

pytestmark = pytest.mark.system
_UNDER_LOAD_S = 10.0  # two seconds on a quiet machine: -s prints the figure


class _Hall:
    def __init__(self, site: DemoSite) -> None:
        self.site = site
        url = f"http://127.0.0.1:{site.collector_port}"
        self.client = httpx.Client(base_url=url, timeout=60, verify=False)  # noqa: S501 no TLS here
        folder = site.folder
        self.broker = Child(folder / "broker.log", installed("mosquitto"), "-c", site.broker_config)
        self.collector = Child(
            folder / "collector.log",
            program("gate-collector"), "run", "--config", site.collector_config,
        )  # fmt: skip
        self.gates = {
            gate.id: Child(
                folder / f"{gate.id}.log",
                program("gate-agent"), "run", "--config", gate.config,
            )
            for gate in site.gates
        }  # fmt: skip

    def issue(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.client.post(path, json={"by": "王科长", "why": "演习", **body})

    def applied(self) -> dict[str, tuple[str, int, str]]:
        """Return what each door has applied, as the centre knows it."""
        try:
            told = self.client.get("/api/v1/policy").json()["gates"]
        except httpx.TransportError:
            return {}
        return {gate["gate"]: (gate["state"], gate["version"], gate["hall_mode"]) for gate in told}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[_Hall]:
    one = _Hall(lay_out(tmp_path / "demo", ports=[free_port() for _ in range(4)]))
    with ExitStack() as stack:
        stack.enter_context(one.client)
        for child in (one.broker, one.collector, *one.gates.values()):
            stack.enter_context(child)
            child.start()
        wait_until(
            lambda: [told[0] for told in one.applied().values()] == ["same", "same"],
            "both doors to tell their policy",
            within_s=60,
        )
        yield one


def test_emergency_closes_both_doors_within_two_seconds(opened: _Hall) -> None:
    clock = SystemClock()
    before = clock.now()
    answer = opened.issue("/policy/mode", {"hall_mode": "emergency"})

    wait_until(
        lambda: set(opened.applied().values()) == {("same", 2, "emergency")}, "both doors closed"
    )
    took_s = clock.now().seconds_since(before)

    print(f"emergency at both doors, and acknowledged: {took_s:.2f} s")
    assert answer.json()["version"] == 2
    assert took_s < _UNDER_LOAD_S


def test_a_door_that_was_off_applies_the_policy_when_it_is_back(opened: _Hall) -> None:
    away = opened.gates["west-1f"]
    assert away.stop() == 0
    opened.issue("/policy/mode", {"hall_mode": "closed"})
    wait_until(
        lambda: opened.applied()["central-2f"] == ("same", 2, "closed"), "the door that is there"
    )
    assert opened.applied()["west-1f"][0] == "waiting"

    away.start()

    wait_until(
        lambda: opened.applied()["west-1f"] == ("same", 2, "closed"), "the door that was off"
    )


def test_a_policy_that_is_none_is_refused_at_both_ends(opened: _Hall) -> None:
    before = opened.applied()
    refused = opened.issue("/policy/mode", {"hall_mode": "half-open"})
    broken = json.loads(Policy(version=9).model_dump_json()) | {"version": "the ninth"}
    topic, port = "gate/v1/hall-01/policy", str(opened.site.broker_port)
    command = [installed("mosquitto_pub"), "-V", "5", "-p", port, "-t", topic, "-q", "1", "-r"]
    subprocess.run([*command, "-m", json.dumps(broken)], check=True, timeout=20)

    wait_until(
        lambda: all("a message was not believed" in gate.said for gate in opened.gates.values()),
        "both doors to refuse",
    )
    assert refused.status_code == 422
    assert opened.applied() == before
    opened.issue("/policy/mode", {"hall_mode": "open"})
    wait_until(
        lambda: {told[:2] for told in opened.applied().values()} == {("same", 2)}, "the next policy"
    )
