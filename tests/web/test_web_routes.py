"""What the HTTP interface gives and takes, over a real server."""

from __future__ import annotations

import socket

import httpx
import pytest

from gate_agent.contract.records import ContactState, Decision, HoldState, NoteKind
from gate_agent.errors import ConfigurationError
from gate_agent.gate.errors import Invalid, JournalUnavailable, NotFound, OutOfTurn, RequestRefused
from gate_agent.gate.screen_state import ScreenState
from gate_agent.http.listen import listen
from scraped import expect_sound
from web import cases, scenes
from web.scripted_desk import Asked
from web.served_door import Served

PHONE = "13812345678"


def test_the_state_is_the_desk_s_snapshot(served: Served, client: httpx.Client) -> None:
    shown = cases.held()
    served.do(lambda desk: desk.show(shown))

    answer = client.get("/api/v1/state")

    assert ScreenState.model_validate_json(answer.content) == served.do(lambda desk: desk.shown)
    assert answer.headers["content-type"] == "application/json"


def test_healthz_tells_a_journal_that_cannot_write(served: Served, client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "cause": ""}

    served.do(lambda desk: desk.show(scenes.journal_failing()))
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "cause": "journal: disk full"}


def test_metrics_show_what_the_snapshot_shows(served: Served, client: httpx.Client) -> None:
    lost = cases.with_holds(scenes.device_lost(), *cases.two_holds())
    served.do(lambda desk: desk.show(lost))

    answer = client.get("/metrics")
    lines = set(answer.text.splitlines())

    assert answer.headers["content-type"].startswith("text/plain")
    expect_sound(answer.text)
    assert 'gate_passages_today{category="visitor",decision="admit"} 412.0' in lines
    assert 'gate_device_state{device="thermometer",driver="gy-614v3",state="lost"} 1.0' in lines
    assert 'gate_device_state{device="id_reader",driver="sam-uart",state="lost"} 0.0' in lines
    assert 'gate_device_counts_total{cause="checksum",device="thermometer"} 2.0' in lines
    assert "gate_holds_open 2.0" in lines
    assert "gate_holds_overdue 1.0" in lines
    assert "gate_journal_writable 1.0" in lines
    assert 'gate_uplink_state{state="connected"} 1.0' in lines
    assert "gate_loop_lag_seconds 0.004" in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)


def test_every_request_reaches_the_desk_as_it_was_sent(
    served: Served, client: httpx.Client
) -> None:
    sent: list[tuple[str, dict[str, object]]] = [
        ("/api/v1/passages/ab12-901/registration", {"phone": PHONE, "purpose": "社保"}),
        (
            "/api/v1/passages/ab12-901/override",
            {"decision": "hold", "by": "guard-2", "reason": "值守员从严"},
        ),
        ("/api/v1/passages/ab12-901/dismissal", {}),
        (
            "/api/v1/holds/ab12-902/steps",
            {"step": "rechecked", "by": "guard-1", "contact_centi_c": 3781},
        ),
        ("/api/v1/symptoms", {"passage_id": "ab12-901", "by": "guard-1", "note": "干咳"}),
        (
            "/api/v1/holds/ab12-902/notes",
            {"kind": "called", "by": "guard-1", "to": "疾控中心", "answered": False},
        ),
        (
            "/api/v1/contacts/ab12-902-c1",
            {"state": "dismissed", "by": "guard-1", "reason": "隔着玻璃"},
        ),
        ("/api/v1/drills", {"by": "guard-1"}),
    ]

    answers = [client.post(path, json=body) for path, body in sent]

    assert [answer.status_code for answer in answers] == [200] * 8
    assert answers[-1].json() == {"sequence": 4208}
    assert served.do(lambda desk: desk.asked) == [
        Asked(what="register", about="ab12-901", details={"phone": PHONE, "purpose": "社保"}),
        Asked(
            what="override",
            about="ab12-901",
            details={"decision": Decision.HOLD, "by": "guard-2", "reason": "值守员从严"},
        ),
        Asked(what="dismiss", about="ab12-901", details={}),
        Asked(
            what="step_hold",
            about="ab12-902",
            details={
                "step": HoldState.RECHECKED,
                "by": "guard-1",
                "contact_centi_c": 3781,
                "to": None,
                "note": None,
                "disinfected": False,
                "vehicle": None,
                "office_reference": None,
                "line_centi_c": None,
            },
        ),
        Asked(what="declare_symptoms", about="ab12-901", details={"by": "guard-1", "note": "干咳"}),
        Asked(
            what="note_hold",
            about="ab12-902",
            details={
                "kind": NoteKind.CALLED,
                "by": "guard-1",
                "to": "疾控中心",
                "answered": False,
                "symptoms": (),
                "note": None,
                "office_reference": None,
            },
        ),
        Asked(
            what="judge_contact",
            about="ab12-902-c1",
            details={"state": ContactState.DISMISSED, "by": "guard-1", "reason": "隔着玻璃"},
        ),
        Asked(what="start_drill", about="", details={"by": "guard-1"}),
    ]


def test_a_touch_reaches_the_desk(served: Served, client: httpx.Client) -> None:
    assert client.post("/api/v1/touch", json={}).status_code == 200
    assert served.do(lambda desk: desk.touches) == 1


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (NotFound, 404, "not_found"),
        (OutOfTurn, 409, "out_of_turn"),
        (Invalid, 422, "invalid"),
        (JournalUnavailable, 503, "journal_unavailable"),
    ],
)
def test_a_refusal_says_what_was_expected_and_what_came(
    served: Served, client: httpx.Client, kind: type[RequestRefused], status: int, code: str
) -> None:
    served.desk.refusal = kind(expected="one thing", got="another")

    answer = client.post("/api/v1/passages/ab12-901/registration", json={"phone": PHONE})

    assert answer.status_code == status
    assert answer.json() == {"error": {"code": code, "expected": "one thing", "got": "another"}}


@pytest.mark.parametrize(
    "body",
    [
        {"phone": PHONE + PHONE + PHONE, "purpose": "社保"},
        {"phone": [PHONE]},
        {"phone": None, PHONE: "1"},
        {"phone": {"number": PHONE}},
        [PHONE],
        PHONE,
    ],
)
def test_a_faulty_registration_never_echoes_the_phone(
    served: Served, client: httpx.Client, body: object
) -> None:
    answer = client.post("/api/v1/passages/ab12-901/registration", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"
    assert set(answer.json()["error"]) == {"code", "expected", "got"}
    assert PHONE not in answer.text
    assert served.do(lambda desk: desk.asked) == []


@pytest.mark.parametrize(
    "body",
    [
        {"step": "cured", "by": "guard-1"},
        {"step": "acknowledged"},
        {"step": "acknowledged", "by": ""},
        {"step": "rechecked", "by": "guard-1", "contact_centi_c": 37.81},
        {"step": "rechecked", "by": "guard-1", "contact_centi_c": "3781"},
        {"step": "rechecked", "by": "guard-1", "contact_centi_c": 378},
        {"step": "acknowledged", "by": "guard-1", "note": "x" * 201},
        {"step": "acknowledged", "by": "电话 138 0013 8000"},
        {"step": "reported", "by": "guard-1", "office_reference": "13800138000"},
        {"step": "reported", "by": "guard-1", "office_reference": "1" * 41},
        {"step": "reported", "by": "guard-1", "office_reference": "１３８００１３８０００"},
        {"step": "reported", "by": "guard-1", "office_reference": "<b>"},
        {"step": "reported", "by": "guard-1", "office_reference": "1\n2"},
    ],
)
def test_a_faulty_hold_step_is_refused_before_the_desk(
    served: Served, client: httpx.Client, body: dict[str, object]
) -> None:
    answer = client.post("/api/v1/holds/ab12-902/steps", json=body)

    assert answer.status_code == 422
    assert served.do(lambda desk: desk.asked) == []


def test_an_override_cannot_be_to_ambiguous(client: httpx.Client) -> None:
    body = {"decision": "ambiguous", "by": "guard-1", "reason": "x"}

    answer = client.post("/api/v1/passages/ab12-901/override", json=body)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "status"), [("{", 422), ('{"phone": "138', 422), ("[" * 5000, 422), ("", 422)]
)
def test_broken_json_is_refused_in_our_shape(client: httpx.Client, body: str, status: int) -> None:
    headers = {"Content-Type": "application/json"}

    answer = client.post("/api/v1/passages/ab12-901/registration", content=body, headers=headers)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "expected", "got"}
    assert "138" not in answer.text


def test_unknown_paths_and_methods_answer_in_our_shape(client: httpx.Client) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
    assert client.get("/static/../app.py").status_code == 404
    answer = client.get("/api/v1/symptoms")
    assert answer.status_code == 405
    assert set(answer.json()["error"]) == {"code", "expected", "got"}


def test_head_is_what_get_says_without_its_body(client: httpx.Client) -> None:
    for path, status in (("/healthz", 200), ("/", 200), ("/api/v1/symptoms", 405)):
        asked, read = client.head(path), client.get(path)
        assert (asked.status_code, asked.content) == (status, b"")
        assert asked.headers["content-length"] == read.headers["content-length"]


def test_the_openapi_document_is_complete(client: httpx.Client) -> None:
    document = client.get("/api/v1/openapi.json").json()

    assert set(document["paths"]) == {
        "/healthz",
        "/metrics",
        "/api/v1/state",
        "/api/v1/duties",
        "/api/v1/persons",
        "/api/v1/duties/rounds",
        "/api/v1/duties/notes",
        "/api/v1/duties/supplies",
        "/api/v1/passages/{passage_id}/hand",
        "/api/v1/thermometer/reference",
        "/api/v1/thermometer/checks",
        "/api/v1/stream",
        "/api/v1/passages/{passage_id}/registration",
        "/api/v1/passages/{passage_id}/override",
        "/api/v1/passages/{passage_id}/group",
        "/api/v1/passages/{passage_id}/green",
        "/api/v1/passages/{passage_id}/appointment",
        "/api/v1/passages/{passage_id}/companion",
        "/api/v1/passages/{passage_id}/arrival",
        "/api/v1/passages/{passage_id}/card",
        "/api/v1/passages/{passage_id}/dismissal",
        "/api/v1/holds/{hold_id}/steps",
        "/api/v1/doors/{gate}/holds/{hold_id}/answer",
        "/api/v1/holds/{hold_id}/notes",
        "/api/v1/contacts/{contact_id}",
        "/api/v1/drills",
        "/api/v1/session",
        "/api/v1/touch",
        "/api/v1/visitor",
        "/api/v1/visitor/stream",
        "/api/v1/visitor/entry",
        "/api/v1/passages/{passage_id}/entry",
        "/api/v1/symptoms",
        "/api/v1/departures",
        "/api/v1/found",
        "/api/v1/inside",
    }
    models = document["components"]["schemas"]
    assert {
        "ScreenState",
        "RegistrationRequest",
        "HoldStepRequest",
        "ErrorBody",
        "Accepted",
    } <= set(models)
    assert {"JournalMark", "PassageView", "HoldView", "Temperature"} <= set(models)
    assert "HTTPValidationError" not in models
    answers = document["paths"]["/api/v1/holds/{hold_id}/steps"]["post"]["responses"]
    assert {"200", "400", "403", "404", "409", "413", "415", "422", "503"} <= set(answers)


def test_the_page_comes_in_chinese_and_in_english(client: httpx.Client) -> None:
    assert '<html lang="zh-CN" translate="no"' in client.get("/").text
    assert '<html lang="en" translate="no"' in client.get("/?lang=en").text
    assert "一层西侧出入口" in client.get("/").text
    assert client.get("/?lang=klingon").status_code == 422


def test_a_port_in_use_is_a_configuration_error_that_names_it(served: Served) -> None:
    with pytest.raises(ConfigurationError, match=f"web.port: .* got {served.port}"):
        listen("127.0.0.1", served.port)


def test_no_answer_waits_for_the_acknowledgement_of_its_header() -> None:
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_reason_with_a_phone_is_taken_whole_and_told_to_nobody(
    served: Served, client: httpx.Client
) -> None:
    """It leaves the door sealed: tests/gate/test_free_text.py."""
    reason = f"联系人 {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}"
    body = {"decision": "admit", "by": "guard-1", "reason": reason}

    answers = [
        client.post("/api/v1/passages/ab12-901/override", json=body),
        client.post("/api/v1/symptoms", json={"passage_id": None, "by": "guard-1", "note": reason}),
        client.post("/api/v1/duties/notes", json={"by": "guard-1", "text": reason}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 204]
    assert all(PHONE[3:7] not in answer.text for answer in answers)
    assert [asked.details.get("reason", asked.details.get("note")) for asked in served.asked()] == [
        reason,
        reason,
    ]
