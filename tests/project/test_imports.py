"""The import contracts hold what they say, also against what nobody has written yet."""

from __future__ import annotations

import tomllib
from typing import Any

import grimp
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract

from tree import ROOT, text

SHARED = "What door and centre share sees nothing of the door"


def _contract() -> dict[str, Any]:
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (one,) = [one for one in contracts if one["name"].startswith(SHARED)]
    return dict(one)


def test_every_part_of_the_agent_is_shared_with_the_centre_or_closed_to_what_is() -> None:
    contract = _contract()
    names = {
        f"gate_agent.{path.stem}"
        for path in (ROOT / "gate_agent").iterdir()
        if (path.is_dir() and (path / "__init__.py").exists())
        or (path.suffix == ".py" and not path.name.startswith("__"))
    }

    assert {*contract["source_modules"], *contract["forbidden_modules"]} == names
    assert not {*contract["source_modules"]} & {*contract["forbidden_modules"]}


def test_a_shared_part_that_imports_the_domain_is_found() -> None:
    configure()  # which its own command does first
    said = _contract()
    graph = grimp.build_graph("gate_agent", cache_dir=None)

    def is_kept() -> bool:
        contract = ForbiddenContract(
            name=said["name"], session_options={"root_packages": ["gate_agent"]},
            contract_options={name: said[name] for name in ("source_modules", "forbidden_modules")},
        )  # fmt: skip
        return contract.check(graph, verbose=False).kept

    assert is_kept()
    for shared, door in (("host.files", "domain.door"), ("config.load", "store.journal")):
        graph.add_import(importer=f"gate_agent.{shared}", imported=f"gate_agent.{door}")
        assert not is_kept(), (shared, door)
        graph.remove_import(importer=f"gate_agent.{shared}", imported=f"gate_agent.{door}")
