"""A route that does not say whom it is open to stops the start."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from gate_agent.http.grants import Routes, UndeclaredError, granted, take_in
from gate_agent.web.grants import PUBLIC, SIGNED_ON
from tree import ROOT


def _app(router: APIRouter) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    outer = Routes(prefix="/outer")
    outer.include_router(router)
    app.include_router(outer)
    return app


def test_a_route_that_says_it_is_listed_with_its_whole_path() -> None:
    routes = Routes(prefix="/inner")
    routes.add_api_route("/{number}", lambda number: number, dependencies=[PUBLIC])

    (one,) = granted(_app(routes), public=frozenset())

    assert (one.path, one.methods) == ("/outer/inner/{number}", ["GET"])
    assert one.fits("GET", "/outer/inner/5?lang=en")
    assert not one.fits("POST", "/outer/inner/5")
    assert not one.fits("GET", "/outer/inner")


def test_a_route_that_is_taken_in_is_the_very_same_and_asked_for_its_grant() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    routes, forgotten = Routes(prefix="/inner"), Routes()
    routes.add_api_route("/{number}", lambda number: number, dependencies=[PUBLIC])
    forgotten.add_api_route("/forgotten", lambda: None)

    take_in(app, routes)

    (one,) = granted(app, public=frozenset())
    assert one.route.original_route is routes.routes[0]
    assert one.fits("GET", "/inner/5")
    take_in(app, forgotten)
    with pytest.raises(UndeclaredError, match="/forgotten"):
        granted(app, public=frozenset())


@pytest.mark.parametrize("declares", [[], [PUBLIC, SIGNED_ON]])
def test_a_route_that_says_nothing_or_two_things_is_named(declares: list[object]) -> None:
    routes = Routes()
    routes.add_api_route("/forgotten", lambda: None, dependencies=declares)  # type: ignore[arg-type]

    with pytest.raises(UndeclaredError, match="/forgotten: expected one grant beside the path"):
        granted(_app(routes), public=frozenset())


def test_a_room_cannot_be_opened_as_a_whole() -> None:
    with pytest.raises(TypeError, match="dependencies"):
        Routes(dependencies=[PUBLIC])  # type: ignore[call-arg]

    forgotten = Routes()
    forgotten.add_api_route("/forgotten", lambda: None)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=[PUBLIC])
    app.include_router(forgotten, dependencies=[PUBLIC])
    with pytest.raises(UndeclaredError, match="/forgotten"):
        granted(app, public=frozenset())


def test_what_is_no_route_of_ours_is_named() -> None:
    routes = APIRouter()
    routes.add_api_route("/elsewhere", lambda: None, dependencies=[PUBLIC])
    with pytest.raises(UndeclaredError, match="/outer/elsewhere"):
        granted(_app(routes), public=frozenset())

    app = FastAPI(openapi_url=None)
    app.mount("/files", StaticFiles(directory=ROOT / "docs"))
    with pytest.raises(UndeclaredError, match="/files"):
        granted(app, public=frozenset({"/static"}))
    with pytest.raises(UndeclaredError, match=r"/openapi\.json"):
        granted(FastAPI(), public=frozenset())
