"""The pages get their words from the one table, as a script that a browser may keep."""

from __future__ import annotations

import json

import httpx

from gate_agent.words import WORDS

PATH = "/static/shared/table.js"


def test_the_table_is_served_as_a_script_of_what_is_read_at_a_door(client: httpx.Client) -> None:
    answer = client.get(PATH)

    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    told = json.loads(answer.text.removeprefix("export const TABLES = ").rstrip(";\n"))
    assert told["zh"]["hold_state.flagged"] == WORDS.word("hold_state.flagged")
    assert told["en"]["guide.welcome"] == WORDS.word("guide.welcome", "en")
    assert set(told["zh"]) == set(told["en"])
    assert not [key for key in told["zh"] if key.startswith("policy.")]


def test_a_browser_that_has_the_table_is_not_sent_it_again(client: httpx.Client) -> None:
    tag = client.get(PATH).headers["etag"]

    again = client.get(PATH, headers={"If-None-Match": tag})
    other = client.get(PATH, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert other.status_code == 200
    assert client.head(PATH).headers["etag"] == tag
