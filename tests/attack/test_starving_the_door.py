"""Who takes every place of a door's web server and says nothing keeps the guard from nothing."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from children import wait_until
from gate_agent.config.model import WebSection
from gate_agent.http.server import Patience
from security.secured_hall import provision
from web.served_door import Served, listening

STREAMS, LINES = 16, 140
REGISTRATION = {"phone": "13812345678", "purpose": "社保"}
_HALF_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
_HALF_BODY = (
    b"POST /api/v1/symptoms HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{"
)
_FILE = b"GET /static/guard/screen.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
_HALF_HELLO = bytes.fromhex("16030100c8010000c40303")
_BELIEVING = ssl.create_default_context()
_BELIEVING.check_hostname, _BELIEVING.verify_mode = False, ssl.CERT_NONE
Attack = Callable[[Served, ExitStack], None]


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory: pytest.TempPathFactory) -> WebSection:
    papers = provision(tmp_path_factory.mktemp("site"))
    certificate, key = (next(papers.rglob(f"broker.{kind}")) for kind in ("crt", "key"))
    return WebSection(cert_file=certificate, key_file=key)


@pytest.fixture
def served() -> Iterator[Served]:
    with Served() as opened:
        yield opened


@pytest.fixture
def served_over_tls(over_tls: WebSection) -> Iterator[Served]:
    with Served(web=over_tls) as opened:
        yield opened


def _lines(served: Served, held: ExitStack, said: bytes) -> None:
    for _ in range(LINES):
        line = _line(served)
        held.enter_context(line)
        line.sendall(said)


def visitors_streams(served: Served, held: ExitStack) -> None:
    for _ in range(STREAMS):
        line = _line(served)
        held.enter_context(line)
        line.sendall(b"GET /api/v1/visitor/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert line.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")


def silent_lines(served: Served, held: ExitStack) -> None:
    _lines(served, held, b"")


def half_heads(served: Served, held: ExitStack) -> None:
    _lines(served, held, _HALF_HEAD)


def half_bodies(served: Served, held: ExitStack) -> None:
    _lines(served, held, _HALF_BODY)


def half_heads_after_a_whole_one(served: Served, held: ExitStack) -> None:
    _lines(served, held, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET / HTTP/1.1\r\n")


def answers_that_nobody_reads(served: Served, held: ExitStack) -> None:
    _lines(served, held, _FILE * 40)


def no_handshake(served: Served, held: ExitStack) -> None:
    for said in (b"", _HALF_HELLO) * LINES:
        held.enter_context(line := _plain(served))
        line.sendall(said)
    wait_until(lambda: _open_at(served.port) < LINES - 5, "those that wait longest to end")


ATTACKS = (
    visitors_streams,
    silent_lines,
    half_heads,
    half_bodies,
    half_heads_after_a_whole_one,
    answers_that_nobody_reads,
)


_ALSO_IN_SHORT = (silent_lines, half_bodies, no_handshake)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_guards_page_stream_and_taps_get_through(served: Served, attack: Attack) -> None:
    _gets_through(served, attack)


@pytest.mark.parametrize("attack", [*ATTACKS, no_handshake])
def test_and_over_tls(
    served_over_tls: Served, attack: Attack, request: pytest.FixtureRequest
) -> None:
    if attack not in _ALSO_IN_SHORT and not request.config.getoption("--attack"):
        pytest.skip("part of `make attack`")
    _gets_through(served_over_tls, attack)


def test_a_line_that_agrees_on_nothing_ends(over_tls: WebSection) -> None:
    with Served(web=over_tls, patience=Patience(head_s=0.2)) as served:
        for said in (b"", _HALF_HELLO, _HALF_HEAD):
            with _plain(served) as line:
                line.sendall(said)
                wait_until(lambda: _open_at(served.port) == 0, "the line to end")


def _gets_through(served: Served, attack: Attack) -> None:
    with ExitStack() as held:
        attack(served, held)

        with httpx.Client(base_url=served.url, timeout=20, verify=_BELIEVING) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/").status_code == 200
            path = "/api/v1/passages/ab12-901/registration"
            assert client.post(path, json=REGISTRATION).status_code == 200
        with listening(f"{served.url}/api/v1/stream", _BELIEVING) as messages:
            assert next(messages).event == "state"


@pytest.mark.parametrize(
    ("said", "patience"),
    [
        (b"", Patience(head_s=0.2)),
        (_HALF_HEAD, Patience(head_s=0.2)),
        (_HALF_BODY, Patience(body_s=0.2)),
        (_FILE * 400, Patience(reading_s=0.2)),
    ],
)
def test_a_line_whose_client_owes_something_ends(said: bytes, patience: Patience) -> None:
    with Served(patience=patience) as served, _line(served) as line:
        line.sendall(said)
        wait_until(lambda: _open_at(served.port) == 0, "the line to end")


def test_a_byte_at_a_time_puts_nothing_off() -> None:
    with Served(patience=Patience(head_s=0.5)) as served, _line(served) as line:
        line.sendall(_HALF_HEAD)
        line.settimeout(0.05)
        for _ in range(400):
            try:
                line.sendall(b"x")
                if line.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    raise AssertionError("expected the line to end, got one that is still open")


def _plain(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=20)


def _line(served: Served) -> socket.socket:
    line = _plain(served)
    return _BELIEVING.wrap_socket(line) if served.url.startswith("https:") else line


def _open_at(port: int) -> int:
    """Return how many lines the server at this port holds open (proc_net_tcp: state 01)."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)
