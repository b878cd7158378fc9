"""Who is kept out of the HTTP interface, and what a page may load."""

from __future__ import annotations

import socket

import httpx
import pytest

from web.served_door import Served

PATH = "/api/v1/passages/ab12-901/registration"
BODY = {"phone": "13812345678", "purpose": "社保"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "LOCALHOST"])
@pytest.mark.parametrize("port", ["", ":8080"])
def test_a_loopback_host_is_served(client: httpx.Client, host: str, port: str) -> None:
    assert client.get("/api/v1/state", headers={"Host": host + port}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.7",
        "0.0.0.0",  # noqa: S104 a name somebody sends, not an address we bind
        "[fe80::1]",
        "127.0.0.1:80@evil.example",
        "",
    ],
)
def test_another_host_is_refused_as_dns_rebinding(
    served: Served, client: httpx.Client, host: str
) -> None:
    for path in ("/", "/api/v1/state", "/metrics"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "host"
        assert "evil" not in answer.text
    assert client.post(PATH, json=BODY, headers={"Host": host}).status_code == 400
    assert served.do(lambda desk: desk.asked) == []


def test_a_request_without_a_host_is_refused(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(b"GET /api/v1/state HTTP/1.0\r\n\r\n")
        assert b" 400 " in line.recv(100).split(b"\r\n")[0]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_another_page_cannot_post(
    served: Served, client: httpx.Client, kind: str
) -> None:
    content = b'{"phone":"13812345678"}'

    answer = client.post(PATH, content=content, headers={"Content-Type": kind})

    assert answer.status_code == 415
    assert served.do(lambda desk: desk.asked) == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https"])
def test_another_origin_is_refused(served: Served, client: httpx.Client, origin: str) -> None:
    answer = client.post(PATH, json=BODY, headers={"Origin": origin})

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "origin"
    assert served.do(lambda desk: desk.asked) == []


def test_our_own_origin_is_served(served: Served, client: httpx.Client) -> None:
    assert client.post(PATH, json=BODY, headers={"Origin": served.url}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_s_page_can_link_to_the_screen_but_not_read_it(
    client: httpx.Client, site: str
) -> None:
    headers = {"Sec-Fetch-Site": site}

    assert client.get("/", headers=headers).status_code == 200
    assert client.get("/api/v1/state", headers=headers).status_code == 403
    assert client.get("/api/v1/stream", headers=headers).status_code == 403


def test_a_body_over_16_kib_is_refused(served: Served, client: httpx.Client) -> None:
    pad = b" " * (16 * 1024)

    answer = client.post(PATH, content=b"{}" + pad, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert served.do(lambda desk: desk.asked) == []


def test_a_body_without_a_length_is_counted_too(served: Served, client: httpx.Client) -> None:
    chunks = (b" " * 4096 for _ in range(8))

    answer = client.post(PATH, content=chunks, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert served.do(lambda desk: desk.asked) == []


def test_a_body_of_just_16_kib_is_read(client: httpx.Client) -> None:
    content = b'{"phone":"13812345678"}'.ljust(16 * 1024)

    answer = client.post(PATH, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/static/guard/screen.js", "/api/v1/state", "/nowhere"])
def test_every_answer_carries_our_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_the_page_holds_no_inline_script_or_style(client: httpx.Client) -> None:
    page = client.get("/").text

    assert "style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
