"""From a fever at a real door to a telephone: gate, broker and collector as processes.

Run with -s for the figure; the budget of two seconds is measured on a quiet machine.
"""

from __future__ import annotations

import hmac
import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from children import Child, free_port, program, wait_until
from collector.phone import Phone
from gate_agent.config.keyfile import load_key
from gate_agent.contract.moment import parse_utc
from gate_agent.demo.processes import program as installed
from gate_agent.demo.site import DemoSite, lay_out

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
_UNDER_LOAD_S = 20.0
_HOLDS = 2
_FEVERISH = "139"  # the first two of these people have a fever


def _holds(client: httpx.Client) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = client.get("/api/v1/holds").json()["holds"]
    except httpx.TransportError:
        return []
    return found


def _hold_of(client: httpx.Client, text: str) -> str:
    """Return the hold of a message; not every flag at a door is told to leaders."""
    link = re.search(r"(/answer/[0-9a-f]{40})", text)
    assert link
    case = re.search(r'href="/cases/[^/"]+/([^"]+)"', client.get(link[1]).text)
    assert case
    return case[1]


def _by_the_site_key(site: DemoSite, hold_id: str) -> str:
    """Return the link that whoever has a board could make of what lies there."""
    gate = site.gates[0]
    key = load_key(site.folder / "hall" / gate.id / "site.key")
    told = f"alert:hold:{gate.id}:{hold_id}:hold".encode()
    return f"/answer/{hmac.digest(key, told, 'sha256').hex()[:40]}"


def test_a_fever_at_the_door_rings_the_leader_and_the_link_answers(tmp_path: Path) -> None:
    site = lay_out(tmp_path / "demo", ports=[free_port() for _ in range(4)])
    folder, door = site.folder, site.gates[0]
    with Phone() as leader, ExitStack() as stack:
        policy = json.loads((folder / "policy.json").read_text("utf-8"))
        policy["registration"] = {"phone": "optional"}  # nobody types one here
        (folder / "policy.json").write_text(json.dumps(policy), "utf-8")
        channels = folder / "channels.toml"
        channels.write_text(f'[[person]]\nname = "李主任"\nurls = ["{leader.url}"]\n', "utf-8")
        channels.chmod(0o600)
        with site.collector_config.open("a", encoding="utf-8") as config:
            config.write(f'\n[alerts]\nchannels_file = "{channels}"\n')
        url = f"http://127.0.0.1:{site.collector_port}"
        client = stack.enter_context(httpx.Client(base_url=url, timeout=60))
        children = [
            Child(folder / "broker.log", installed("mosquitto"), "-c", site.broker_config),
            Child(folder / "collector.log", program("gate-collector"), "run", "--config",
                  site.collector_config),
            Child(folder / "people.log", program("gate-agent"), "emulate", "--config",
                  door.config, "--pause", "0", "--seed", _FEVERISH),
            Child(folder / "gate.log", program("gate-agent"), "run", "--config", door.config),
        ]  # fmt: skip
        for child in children:
            stack.enter_context(child).start()
        wait_until(
            lambda: sum("暂留一人" in text for text in leader.texts) >= _HOLDS,
            "people with a fever, and a telephone that rings", within_s=180,
        )  # fmt: skip
        opened = {hold["hold_id"]: hold["opened"] for hold in _holds(client)}
        rung = [(at, text) for at, _, text in leader.messages if "暂留一人" in text]
        took_s = [
            (at.utc - parse_utc(opened[_hold_of(client, text)])).total_seconds()
            for at, text in rung
        ]
        found = re.search(r"(/answer/[0-9a-f]{40})", rung[0][1])
        assert found
        made = {_by_the_site_key(site, hold) for hold in opened}
        assert found[1] not in made
        assert client.get(found[1]).status_code == 200
        assert client.post(found[1], json={"by": "李主任"}).status_code == 201
        page = client.get("/alerts").text

    print(f"fever to telephone: {', '.join(f'{took:.2f}' for took in took_s)} s")
    assert 'data-state="answered"' in page
    assert all(0 < took < _UNDER_LOAD_S for took in took_s)
    assert not re.search(r"[0-9a-f]{64}", " ".join(text for _, text in rung))
