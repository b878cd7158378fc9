"""Both web interfaces against their own OpenAPI: whatever is sent, what comes back is documented.

schemathesis makes the requests, from each document that a running daemon serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from children import Child, free_port, listens, program, wait_until
from doorfiles import write_collector, write_door
from gate_agent.contract.access_records import GuardRole
from gate_agent.store.staff import StaffBook
from security.signing import PIN, Browser

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_bounded = settings(
    max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def _daemon(folder: Path, port: int, *command: str | Path) -> Iterator[str]:
    with Child(folder / "log", *command) as child:
        child.start()
        wait_until(lambda: listens(port) or not child.runs, "a daemon that listens", within_s=60)
        assert child.runs, child.said
        yield f"http://127.0.0.1:{port}"
        assert child.runs, child.said
        assert "Traceback" not in child.said


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("gate"), free_port()
    config = write_door(folder, {"web": {"port": port}})
    yield from _daemon(folder, port, program("gate-agent"), "run", "--config", config)


@pytest.fixture(scope="module")
def signed_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("signed"), free_port()
    config = write_door(folder, {"web": {"port": port, "sign_on": True}})
    StaffBook(folder / "journal" / "journal.sqlite").add(
        name="李管", role=GuardRole.SUPERVISOR, pin=PIN
    )
    yield from _daemon(folder, port, program("gate-agent"), "run", "--config", config)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("centre"), free_port()
    config = write_collector(folder, {"web": {"port": port}})
    yield from _daemon(folder, port, program("gate-collector"), "run", "--config", config)


def keeps_its_word(
    url: str, headers: Mapping[str, str] | None = None, but: str = "stream$"
) -> None:
    """Send what fits the document and what does not; every answer must fit it."""
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    broken: list[str] = []
    count = 0
    for found in schema.exclude(path_regex=but).get_all_operations():  # a stream never ends
        operation: Any = found.ok()  # type: ignore[union-attr]  # else the document is broken
        for mode in GenerationMode:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                _try(strategy, dict(headers or {}))
            except Unsatisfiable:
                continue  # there is nothing wrong to send to a path without parameters
            except FailureGroup as exc:
                broken += [f"{operation.label}: {failure}" for failure in exc.exceptions]
        count += 1
    assert broken == [], "\n\n".join(broken)
    assert count > 0


def _try(strategy: SearchStrategy[Any], headers: dict[str, str]) -> None:
    @given(case=strategy)
    @_bounded
    def one(case: Any) -> None:
        case.call_and_validate(checks=_CHECKS, headers=headers)

    one()


def test_the_gates_interface_keeps_its_word(gate: str) -> None:
    keeps_its_word(gate)


def test_a_gate_with_sign_on_keeps_its_word_to_a_stranger(signed_gate: str) -> None:
    keeps_its_word(signed_gate)


def test_a_gate_with_sign_on_keeps_its_word_to_a_supervisor(signed_gate: str) -> None:
    with httpx.Client(base_url=signed_gate, timeout=30) as client:
        browser = Browser(client)
        assert browser.sign_on("s01").status_code == 200
        cookie = f"gate-session={client.cookies['gate-session']}"

    keeps_its_word(signed_gate, {"Cookie": cookie, "X-Gate-CSRF": browser.csrf}, "stream$|/session")


def test_the_collectors_interface_keeps_its_word(centre: str) -> None:
    keeps_its_word(centre)
