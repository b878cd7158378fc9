"""The OpenAPI document of an interface, with what each operation asks of who calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.params import Depends
from pydantic import BaseModel

from gate_agent.http.grants import Granted, Routes

PATH = "/api/v1/openapi.json"
_REF = "#/components/schemas/"
Answers = dict[int | str, dict[str, Any]]


def event_stream(*models: type[BaseModel]) -> dict[str, Any]:
    """Return how OpenAPI 3.1 tells a stream: a text, whose `data` lines hold a model as JSON."""
    refs = [{"$ref": f"{_REF}{model.__name__}"} for model in models]
    schema = refs[0] if len(refs) == 1 else {"oneOf": refs}
    within = {"contentMediaType": "text/event-stream", "contentSchema": schema}
    return {"content": {"text/event-stream": {"schema": {"type": "string"} | within}}}


def build_document(
    app: FastAPI,
    granted: Callable[[], list[Granted]],
    *,
    grant: Depends,
    schemes: dict[str, Any],
    servers: list[dict[str, str | Any]],
    tags: Mapping[str, str],
    models: tuple[type[BaseModel], ...] = (),
    answers: Answers | None = None,
) -> APIRouter:
    """Return the route of the document; `models` are told in streams, so no route names them.

    `answers` are every route's beside its own. The application need not know them, nor make
    something of each for each route at its start: they come to copies of the routes, when somebody
    asks for the document. `tags`: the rooms that operations are in, and what each is about.

    Without `schemes` nobody need sign on, and the document says nothing of it. Tools make the same
    document by `app.state.document()`.
    """
    routes = Routes()

    @routes.get(PATH, dependencies=[grant], include_in_schema=False)
    def document() -> dict[str, object]:
        """Return the OpenAPI document of this interface."""
        documented = APIRouter()
        documented.include_router(app.router, responses=answers)
        made = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=documented.routes,
            servers=servers,
            tags=[{"name": name, "description": text} for name, text in tags.items()],
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        for model in models:
            schema = model.model_json_schema(ref_template=f"{_REF}{{model}}")
            made["components"]["schemas"] |= schema.pop("$defs", {}) | {model.__name__: schema}
        if schemes:
            made["components"]["securitySchemes"] = schemes
            _say_security(made["paths"], granted())
        for operations in made["paths"].values():
            for operation in operations.values():
                _say_shortly(operation)
        return made

    app.state.document = document
    return routes


def _say_security(paths: dict[str, Any], granted: list[Granted]) -> None:
    for one in granted:
        for method in one.methods:
            operation = paths.get(one.path, {}).get(method.lower())
            if operation is not None:
                operation["security"] = one.grant.security(method)


def _say_shortly(operation: dict[str, Any]) -> None:
    """Let the first line that a route says of itself be its title, not its function's name."""
    title, _, rest = operation.pop("description").partition("\n\n")
    operation["summary"] = " ".join(title.split()).rstrip(".")
    if rest:
        operation["description"] = rest
