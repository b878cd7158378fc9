"""Beyond loopback the pages go over TLS: behind the nginx that we ship, or by themselves."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.config.model import WebSection
from gate_agent.contract.access_records import GuardRole
from gate_agent.host.clock import SystemClock
from gate_agent.http.server import connections_within
from gate_agent.store.staff import StaffBook
from gate_agent.web.signon import SignOn
from gate_collector.config import AlertsSection, CollectorConfig
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role
from nginx import Nginx
from security.secured_hall import provision
from security.signing import PIN, ScriptedAccess
from web.served_door import Served

_EXAMPLE = Path(__file__).parents[2] / "config" / "nginx" / "hall.conf"
_CENTRE, _DOOR = "hall.example", "west.hall.example"  # as the tests' centre is called
_PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return provision(tmp_path_factory.mktemp("site"))


def _paper(papers: Path, name: str) -> Path:
    return next(papers.rglob(name))


def _section(folder: Path, **web: object) -> tuple[WebSection, SignOn]:
    book = StaffBook(folder / "journal.sqlite")
    book.add(name="王卫", role=GuardRole.SUPERVISOR, pin=PIN)
    section = WebSection.model_validate({"sign_on": True, **web})
    secure = section.url.startswith("https:")
    return section, SignOn(book, SystemClock(), ScriptedAccess(), secure=secure)


@contextmanager
def _browser(port: int, name: str) -> Iterator[httpx.Client]:
    """A client that reaches `port` by the name of a site."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # not provisioned
    headers = {"Host": f"{name}:{port}"}
    url = f"https://127.0.0.1:{port}"
    with httpx.Client(base_url=url, verify=context, headers=headers, timeout=20) as client:
        yield client


def _own(name: str, port: int) -> dict[str, str]:
    return {"Origin": f"https://{name}:{port}", "Sec-Fetch-Site": "same-origin"}


def test_the_nginx_example_shows_both_pages(tmp_path: Path, papers: Path) -> None:
    key, certificate = _paper(papers, "broker.key"), _paper(papers, "broker.crt")
    section, sign_on = _section(tmp_path, base_url=f"https://{_DOOR}", proxies=("127.0.0.1",))
    with (
        hall(tmp_path) as one,
        Served(sign_on, web=section) as served,
        Nginx(tmp_path) as proxy,
    ):
        accounts = Accounts(centre_of(one))
        accounts.make("李主任", Role.LEADER, _PASSWORD)
        with serving(app_of(centre_of(one), accounts=accounts)) as centre:
            text = _EXAMPLE.read_text(encoding="utf-8")
            text = text.replace("listen 443", f"listen 127.0.0.1:{proxy.port}")
            text = text.replace("127.0.0.1:8090", f"127.0.0.1:{centre.base_url.port}")
            text = text.replace("127.0.0.1:8080", f"127.0.0.1:{served.port}")
            text = text.replace("centre.hall.example", _CENTRE)
            text = re.sub(r"/etc/nginx/hall/\w+\.crt", str(certificate), text)
            proxy.serves(re.sub(r"/etc/nginx/hall/\w+\.key", str(key), text))
            with _browser(proxy.port, _DOOR) as browser:
                own = _own(_DOOR, proxy.port)
                page = browser.get("/").text
                for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
                    assert browser.get(path, headers=own).status_code == 200, path
                asked = {"code": "s01", "pin": PIN}
                answer = browser.post("/api/v1/session", json=asked, headers=own)
                assert answer.status_code in (200, 201), answer.text
                assert re.search(r"__Host-gate-session=.*; Secure", answer.headers["Set-Cookie"])
                other = {**own, "Origin": "https://evil.example"}
                assert browser.post("/api/v1/session", json=asked, headers=other).status_code == 403
            with _browser(proxy.port, _CENTRE) as browser:
                own = _own(_CENTRE, proxy.port)
                asked = {"name": "李主任", "password": _PASSWORD}
                assert browser.post("/sign-on", json=asked, headers=own).status_code == 201
                assert browser.get("/").status_code == 200


def test_a_door_serves_tls_by_itself_and_no_cipher_without_authentication(
    tmp_path: Path, papers: Path
) -> None:
    key, certificate = _paper(papers, "broker.key"), _paper(papers, "broker.crt")
    section, sign_on = _section(
        tmp_path, cert_file=certificate, key_file=key, base_url=f"https://{_DOOR}"
    )
    with Served(sign_on, web=section) as served:
        with _browser(served.port, _DOOR) as browser:
            own = _own(_DOOR, served.port)
            assert browser.get("/", headers=own).status_code == 200
            answer = browser.post("/api/v1/session", json={"code": "s01", "pin": PIN}, headers=own)
            assert "; Secure" in answer.headers["Set-Cookie"]
        for ciphers, agreed in (("ECDHE+AESGCM", True), ("ECDHE+AES:!AESGCM:!AESCCM", False)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
            with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
                try:
                    with context.wrap_socket(line):
                        assert agreed
                except ssl.SSLError:
                    assert not agreed


@pytest.mark.parametrize(
    ("web", "url"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"host": "::1"}, "http://[::1]:8080"),
        ({"host": "0.0.0.0", "sign_on": True}, "http://127.0.0.1:8080"),  # noqa: S104
        ({"host": "2001:db8::7", "sign_on": True}, "http://[2001:db8::7]:8080"),
        ({"base_url": "https://gate.example"}, "https://gate.example"),
        ({"cert_file": Path("a"), "key_file": Path("b")}, "https://127.0.0.1:8080"),
    ],
)
def test_an_address_is_one_that_a_browser_can_open(web: dict[str, object], url: str) -> None:
    assert WebSection.model_validate(web).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://0.0.0.0:8090", "http://[::]:8090", "http://[::ffff:0.0.0.0]", "http://0",
        "http://127.1", "http://2130706433", "http://0x7f000001", "https://017700000001",
        "http://fd00::5:8090", "https://hall.example:99999", "https://hall.example:0",
        "https://hall.example?x", "https://hall.example#x", "https://g:pw@hall.example", "https://:8090",
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_refused(url: str) -> None:
    for section in (WebSection, AlertsSection):
        with pytest.raises(ValidationError, match="expected") as refused:
            section.model_validate({"base_url": url})
        assert "pw" not in str(refused.value.errors()[0]["msg"])


def test_what_leads_to_a_telephone_itself_is_told(tmp_path: Path) -> None:
    for links, is_told in (
        ("http://127.0.0.1:8090", True), ("http://[::ffff:127.0.0.1]", True),
        ("http://localhost.", True), ("http://x.localhost", True), ("https://hall.example", False),
    ):  # fmt: skip
        config = CollectorConfig.model_validate(
            {
                "collector": {"site": "hall-01"},
                "mqtt": {"url": "mqtt://127.0.0.1"},
                "store": {"url": "sqlite:///c.sqlite"},
                "alerts": {"base_url": links, "channels_file": tmp_path},
            }
        )
        assert bool(config.link_warnings) is is_told, links
        assert config.link_faults == []


@pytest.mark.parametrize(("descriptors", "most"), [(64, 8), (256, 104), (1024, 128), (10**6, 128)])
def test_descriptors_are_kept_for_the_journal(descriptors: int, most: int) -> None:
    assert connections_within(descriptors, 128) == most
