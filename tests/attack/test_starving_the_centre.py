"""Who takes every place of the centre's web server and says nothing keeps nobody out."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role

_PASSWORD = "correct horse battery"
_HOST = b"Host: 127.0.0.1\r\n"
_JSON = _HOST + b"Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\n" + _HOST,
        b"POST /sign-on HTTP/1.1\r\n" + _JSON + b'{"name": "',
        b"POST /policy/sheets/roster HTTP/1.1\r\n" + _JSON + b" " * 1_000_000,
    ],
)
def test_the_leader_signs_on_and_sees_the_hall(tmp_path: Path, said: bytes) -> None:
    with hall(tmp_path) as one:
        accounts = Accounts(centre_of(one))
        accounts.make("李主任", Role.LEADER, _PASSWORD)
        with serving(app_of(centre_of(one), accounts=accounts)) as client, ExitStack() as held:
            for _ in range(140):
                held.enter_context(_line(client.base_url, said))

            assert client.get("/healthz").status_code == 200
            asked = {"name": "李主任", "password": _PASSWORD}
            assert client.post("/sign-on", json=asked).status_code == 201
            assert client.get("/").status_code == 200
            with client.stream("GET", "/api/v1/stream") as answer:
                assert answer.status_code == 200


def _line(url: httpx.URL, said: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", url.port or 0), timeout=20)
    line.sendall(said[:30_000])  # what the kernel takes though nobody reads it
    return line
