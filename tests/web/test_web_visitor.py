"""The visitors' display over HTTP: its stream counts as no guard, its QR codes say the policy's."""

from __future__ import annotations

import cv2
import httpx
import numpy as np
import segno

from gate_agent.contract.opening import OpeningHours, ServiceWindow
from gate_agent.gate.visitor import VisitorView, visitor_view
from web import scenes
from web.served_door import Served, listening, until


def test_its_stream_tells_states_and_pulses_and_nothing_of_the_journal(served: Served) -> None:
    with listening(f"{served.url}/api/v1/visitor/stream") as messages:
        first = next(messages)
        assert VisitorView.model_validate(first.data).guide == "welcome"
        served.do(lambda desk: desk.commit(3))
        served.show(scenes.admitted())
        seen = until(messages, lambda m: m.event == "state" and m.data["guide"] == "go")
        seen += until(messages, lambda message: message.event == "pulse")

    assert {message.event for message in seen} == {"state", "pulse"}


def test_a_display_is_no_guard_screen(served: Served) -> None:
    with listening(f"{served.url}/api/v1/visitor/stream") as messages:
        next(messages)
        assert served.do(lambda desk: (desk.screens, desk.guards)) == (1, 0)

    with listening(f"{served.url}/api/v1/stream") as messages:
        until(messages, lambda _: served.do(lambda desk: desk.guards) == 1)


def test_a_qr_code_holds_the_address_of_its_channel(served: Served, client: httpx.Client) -> None:
    assert client.get("/visitor/channels/0.svg").status_code == 404
    served.do(lambda desk: setattr(desk, "policy", scenes.POLICY))

    answer = client.get("/visitor/channels/1.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    url = scenes.POLICY.online_channels[1].url
    matrix = np.array(list(segno.make(url, error="m").matrix_iter(scale=6, border=3)), np.uint8)
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(np.where(matrix > 0, 0, 255).astype(np.uint8))
    assert read == url
    assert f'width="{matrix.shape[0] // 6}"' in answer.text
    for number in ("3", "99", "-1", "x"):
        assert client.get(f"/visitor/channels/{number}.svg").status_code in (404, 422)


def test_hours_and_windows_stand_before_the_notices_where_they_are_set() -> None:
    policy = scenes.POLICY.model_copy(
        update={"opening": (OpeningHours(),), "windows": (ServiceWindow(name="税务", open=False),)}
    )
    first, *others = visitor_view(scenes.idle(), policy).notices
    assert first.zh == "周一至周五 09:00–17:00\n暂停窗口：税务"
    assert first.en == "Monday to Friday 09:00–17:00\nClosed: 税务"
    assert others == list(visitor_view(scenes.idle(), scenes.POLICY).notices)


def test_the_page_obeys_the_same_rules_as_the_guards(client: httpx.Client) -> None:
    page = client.get("/visitor", headers={"Sec-Fetch-Site": "cross-site"})

    assert page.status_code == 200
    assert "style=" not in page.text
    assert "<style" not in page.text
    assert page.text.count("<script") == 1
    assert "unsafe" not in page.headers["content-security-policy"]
