"""The live stream: states, journal marks without gap or repeat, pulse, bounds, an end."""

from __future__ import annotations

from contextlib import ExitStack

import httpx

from gate_agent.gate.screen_state import ScreenState
from gate_agent.web.sse import MAX_SCREENS
from web import scenes
from web.scripted_desk import ScriptedDesk
from web.served_door import Message, Served, listening, until


def sequences(messages: list[Message]) -> list[int]:
    return [message.data["sequence"] for message in messages if message.event == "journal"]


def test_a_new_screen_hears_the_state_first_and_then_what_happens(served: Served) -> None:
    with listening(f"{served.url}/api/v1/stream") as messages:
        first = next(messages)
        assert first.event == "state"
        assert ScreenState.model_validate(first.data) == served.do(lambda desk: desk.shown)
        assert first.id == "4200"

        served.do(lambda desk: desk.commit(2))
        seen = until(messages, lambda message: message.id == "4202")

    assert sequences(seen) == [4201, 4202]
    mark = seen[-1].data
    assert mark["type"] == "gate.mode.applied.v1"
    assert mark["severity"] == "routine"
    assert set(mark) == {"sequence", "type", "severity", "time"}


def test_no_proxy_is_to_keep_what_a_stream_says(client: httpx.Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    streams = [path for path, does in paths.items() if "text/event-stream" in str(does)]
    assert len(streams) == 2

    for path in streams:
        with client.stream("GET", path) as answer:
            assert answer.headers["x-accel-buffering"] == "no"


def test_a_change_of_state_reaches_the_screen(served: Served) -> None:
    with listening(f"{served.url}/api/v1/stream") as messages:
        next(messages)
        served.do(lambda desk: desk.show(scenes.admitted()))

        seen = until(messages, lambda message: message.event == "state")

    assert seen[-1].data["passage"]["decision"] == "admit"


def test_many_changes_at_once_become_few_states_and_the_last_one_arrives(
    served: Served,
) -> None:
    def change_a_lot(desk: ScriptedDesk) -> None:
        for live in range(3500, 3600):
            desk.show(scenes.idle().model_copy(update={"live_centi_c": live}))

    with listening(f"{served.url}/api/v1/stream") as messages:
        next(messages)
        served.do(change_a_lot)
        seen = until(
            messages,
            lambda message: message.event == "state" and message.data["live_centi_c"] == 3599,
        )

    assert len([message for message in seen if message.event == "state"]) <= 2


def test_a_screen_that_comes_back_hears_each_event_once(served: Served) -> None:
    served.do(lambda desk: desk.commit(700))
    last_seen = 4250

    with listening(f"{served.url}/api/v1/stream", **{"Last-Event-ID": str(last_seen)}) as messages:
        served.do(lambda desk: desk.commit(3))
        seen = until(messages, lambda message: message.id == "4903" and message.event == "journal")

    assert sequences(seen) == list(range(last_seen + 1, 4904))
    assert len(served.do(lambda desk: desk.backlog_asked)) >= 3


def test_events_that_happen_while_the_backlog_is_read_are_neither_lost_nor_repeated(
    served: Served,
) -> None:
    served.do(lambda desk: desk.commit(600))

    with listening(f"{served.url}/api/v1/stream?after=4200") as messages:
        for _ in range(20):
            served.do(lambda desk: desk.commit(5))
        seen = until(messages, lambda message: message.id == "4900" and message.event == "journal")

    assert sequences(seen) == list(range(4201, 4901))


def test_the_header_wins_over_the_address(served: Served) -> None:
    served.do(lambda desk: desk.commit(10))

    url = f"{served.url}/api/v1/stream?after=4200"
    with listening(url, **{"Last-Event-ID": "4208"}) as messages:
        seen = until(messages, lambda message: message.id == "4210" and message.event == "journal")

    assert sequences(seen) == [4209, 4210]


def test_an_id_of_another_journal_starts_from_now(served: Served) -> None:
    for strange in ("999999", "x", "-1", "9" * 40):
        with listening(f"{served.url}/api/v1/stream", **{"Last-Event-ID": strange}) as messages:
            seen = until(messages, lambda message: message.event == "pulse")
            assert sequences(seen) == []


def test_a_pulse_comes_every_second_though_nothing_happens(served: Served) -> None:
    with listening(f"{served.url}/api/v1/stream") as messages:
        until(messages, lambda message: message.event == "pulse")
        seen = until(messages, lambda message: message.event == "pulse")

    assert [message.event for message in seen] == ["pulse"]


def test_an_overflow_ends_the_stream_and_the_screen_resumes(served: Served) -> None:
    with listening(f"{served.url}/api/v1/stream") as messages:
        last = next(messages).id
        served.do(lambda desk: desk.end_subscriptions())
        assert [message for message in messages if message.event == "journal"] == []

    served.do(lambda desk: desk.commit(4))
    with listening(f"{served.url}/api/v1/stream", **{"Last-Event-ID": str(last)}) as messages:
        seen = until(messages, lambda message: message.id == "4204" and message.event == "journal")

    assert sequences(seen) == [4201, 4202, 4203, 4204]


def test_a_screen_that_goes_is_detached(served: Served, client: httpx.Client) -> None:
    with listening(f"{served.url}/api/v1/stream") as messages:
        next(messages)
        assert served.do(lambda desk: desk.screens) == 1
        assert "gate_screens_attached 1.0" in client.get("/metrics").text

    with listening(f"{served.url}/api/v1/stream") as messages:
        until(messages, lambda message: message.event == "pulse")
        until(messages, lambda _: served.do(lambda desk: desk.screens) == 1)


def test_no_more_screens_than_the_bound(served: Served, client: httpx.Client) -> None:
    with ExitStack() as screens:
        url = f"{served.url}/api/v1/stream"
        heard = [screens.enter_context(listening(url)) for _ in range(MAX_SCREENS)]
        assert [next(messages).event for messages in heard] == ["state"] * MAX_SCREENS

        answer = client.get("/api/v1/stream")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "too_many"


def test_the_server_stops_though_screens_listen() -> None:
    with Served() as served, listening(f"{served.url}/api/v1/stream") as messages:
        next(messages)

        served.stop()

        assert [message for message in messages if message.event == "journal"] == []
