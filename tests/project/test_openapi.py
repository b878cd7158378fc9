"""The OpenAPI documents are what a generated client and a linter want of them.

Redocly's own linter says so too, where npm is: `make ecosystem`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis

from tools.applications import bureau, centre, door

Tree = dict[str, Any]
JSON = "application/json"
PLAIN = {"text/plain", "text/event-stream"}  # their form is in the schema's own words
METHODS = {"get", "post"}


@pytest.fixture(scope="module", params=[door, centre, bureau], ids=["door", "centre", "bureau"])
def document(request: pytest.FixtureRequest) -> Iterator[Tree]:
    """The document of an application where people sign on."""
    with request.param() as app:
        yield app.state.document()


def _operations(document: Tree) -> Iterator[tuple[str, Tree]]:
    for path, operations in document["paths"].items():
        assert set(operations) <= METHODS
        for method, operation in operations.items():
            yield f"{method} {path}", operation


def _refs(tree: Any) -> set[str]:
    if isinstance(tree, dict):
        own = {tree["$ref"]} if isinstance(tree.get("$ref"), str) else set()
        return own.union(*(_refs(value) for value in tree.values()))
    return set().union(*(_refs(one) for one in tree)) if isinstance(tree, list) else set()


def test_the_document_is_valid_openapi(document: Tree) -> None:
    schemathesis.openapi.from_dict(document).validate()

    assert document["openapi"].startswith("3.1.")
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    assert [server["url"] for server in document["servers"]]


def test_every_answer_has_a_model(document: Tree) -> None:
    untyped = []
    for name, operation in _operations(document):
        answers = operation["responses"]
        assert [code for code in answers if code[0] == "2"], name
        assert [code for code in answers if code[0] == "4"], name
        for code, answer in answers.items():
            if code == "204":
                assert "content" not in answer, name
                continue
            for kind, content in answer["content"].items():
                schema = content.get("schema", {})
                if kind == JSON and "$ref" not in schema and "$ref" not in schema.get("items", {}):
                    untyped.append(f"{name} {code}")
                if kind in PLAIN:
                    assert schema["type"] == "string", name

    assert untyped == []


def test_an_operation_has_a_name_of_its_own_that_only_its_path_changes(document: Tree) -> None:
    ids = {name: operation["operationId"] for name, operation in _operations(document)}

    assert len(set(ids.values())) == len(ids)
    for name, one in ids.items():
        assert re.fullmatch("[a-z]+(_[a-z0-9]+)*", one), name
        method, path = name.split()
        words = re.findall(r"[a-z0-9]+", path.removeprefix("/api/v1"))
        assert [word for word in one.split("_") if word != "by"] == [method, *words]


def test_an_operation_says_in_a_line_what_it_does_and_stands_in_a_room(document: Tree) -> None:
    rooms = {tag["name"] for tag in document["tags"]}
    assert all(tag["description"] for tag in document["tags"])

    used = set()
    for name, operation in _operations(document):
        assert len(operation["tags"]) == 1, name
        used.add(operation["tags"][0])
        assert 6 < len(operation["summary"]) < 120, (name, operation["summary"])
        assert "\n" not in operation["summary"]

    assert used == rooms


def test_every_operation_says_what_who_calls_it_must_bring(document: Tree) -> None:
    schemes = set(document["components"]["securitySchemes"])

    used = set()
    for name, operation in _operations(document):
        for one in operation["security"]:
            used |= set(one)
        if name.startswith("post") and any("session" in one for one in operation["security"]):
            assert any("csrf" in one for one in operation["security"]), name

    assert used == schemes


def test_no_page_is_in_it_and_nothing_leads_nowhere(document: Tree) -> None:
    kinds = {
        kind
        for _, operation in _operations(document)
        for answer in operation["responses"].values()
        for kind in answer.get("content", {})
    }
    schemas = document["components"]["schemas"]
    refs = {ref.removeprefix("#/components/schemas/") for ref in _refs(document)}

    assert "text/html" not in kinds
    assert refs <= set(schemas)
    assert set(schemas) <= refs
    assert not [name for name in schemas if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", name)]
