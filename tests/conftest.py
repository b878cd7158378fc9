"""For every test: a slow machine is no fault, a child hears Ctrl-C, and both stores are there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from httpx._transports import default as transports
from hypothesis import is_hypothesis_test, settings

from gate_agent.version import program_version
from postgres import Cluster, name_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from chromium import Browsers

program_version()  # asks git once for the hundreds of programs that the tests start
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# A shell that starts the suite in the background lets it ignore SIGINT, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make attack` send everything, and `make ecosystem` ask the tools of others."""
    parser.addoption("--attack", action="store_true", help="every value in every field")
    parser.addoption("--ecosystem", action="store_true", help="also by the tools of others")


LONG = ("system", "power", "chaos", "demo", "browser")  # rooms whose files take longest, in order
_SPREAD = 2 / 3  # of the other files, among which these are spread
_PROPERTY_S = 900  # hundreds of stories in one test: stopped in the middle, it is told as flaky


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the long files among the others, most of which work while these wait.

    None of them stands near the end: begun last, one worker would finish alone.
    """
    for item in items:
        is_property = is_hypothesis_test(getattr(item, "obj", None))
        if is_property and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_PROPERTY_S))
    files = list(dict.fromkeys(item.path for item in items))
    room = {path: path.relative_to(Path(__file__).parent).parts[0] for path in files}
    long = sorted((it for it in files if room[it] in LONG), key=lambda it: LONG.index(room[it]))
    others = [path for path in files if room[path] not in LONG]
    every = len(others) * _SPREAD / (len(long) or 1)
    place = {path: number * every for number, path in enumerate(long)}
    place |= {path: number + 0.5 for number, path in enumerate(others)}
    items.sort(key=lambda item: place[item.path])


@pytest.fixture(scope="session", autouse=True)
def _certificates() -> Iterator[None]:
    """Read the machine's certificates once a process: each client would, for 25 ms, to ask HTTP."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transports, "create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for all the tests of one worker."""
    with Cluster() as running:
        yield running


@pytest.fixture(scope="session")
def tables(cluster: Cluster) -> str:
    """The name of a database with the collector's tables in it, to be copied."""
    from gate_collector.store.opening import open_store  # noqa: PLC0415 the gates' tests need none of it

    url = cluster.database()
    open_store(url).dispose()
    return name_of(url)


@pytest.fixture(scope="session")
def browsers() -> Iterator[Browsers]:
    """The browsers for all the tests of one worker."""
    from chromium import Browsers  # noqa: PLC0415 most workers' tests look at no page

    with Browsers() as running:
        yield running


@pytest.fixture
def browser(browsers: Browsers) -> Iterator[Browser]:
    """Chromium's shell; what a test opens in it is its own, and closed by it."""
    with browsers.lent() as one:
        yield one


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store of the collector, once of either kind: its URL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'collector.sqlite'}"
        return
    running: Cluster = request.getfixturevalue("cluster")
    url = running.database(request.getfixturevalue("tables"))
    yield url
    running.drop(url)
