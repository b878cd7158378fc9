"""The OpenAPI document of an interface, with what each operation asks of who calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.params import Depends
from pydantic import BaseModel

from gate_agent.http.grants import Granted, Routes

PATH = "/api/v1/openapi.json"
Answers = dict[int | str, dict[str, Any]]


def build_document(
    app: FastAPI,
    granted: Callable[[], list[Granted]],
    *,
    grant: Depends,
    schemes: dict[str, Any],
    servers: list[dict[str, str | Any]] | None = None,
    models: tuple[type[BaseModel], ...] = (),
    answers: Answers | None = None,
) -> APIRouter:
    """Return the route of the document; `models` are told in streams, so no route names them.

    `answers` are every route's beside its own. The application need not know them, nor make
    something of each for each route at its start: they come to copies of the routes, when somebody
    asks for the document.

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
            routes=documented.routes,
            servers=servers,
        )
        for model in models:
            made["components"]["schemas"][model.__name__] = model.model_json_schema()
        if schemes:
            made["components"]["securitySchemes"] = schemes
            _say_security(made["paths"], granted())
        return made

    app.state.document = document
    return routes


def _say_security(paths: dict[str, Any], granted: list[Granted]) -> None:
    for one in granted:
        for method in one.methods:
            operation = paths.get(one.path, {}).get(method.lower())
            if operation is not None:
                operation["security"] = one.grant.security(method)
