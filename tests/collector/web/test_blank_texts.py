"""What nobody can read is no text: the one border of both programs takes it as nothing."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from gate_agent.contract.printable import in_one_form
from gate_agent.http.bodies import checked
from gate_collector.announcements.routes import AnnouncementBody
from gate_collector.policies.form import Author
from gate_collector.roles.routes import NewAccount

_BLANK = ["", " ", "    ", "\u3000", "\u00a0\u2003", "\n\t ", "\u00ad", "\u3164\u2800"]


@pytest.mark.parametrize("blank", _BLANK)
def test_a_text_of_blanks_alone_comes_in_as_nothing(blank: str) -> None:
    body = json.loads(checked(json.dumps({"why": blank, "rows": [{"zh": blank}]}).encode()))

    assert body == {"why": "", "rows": [{"zh": ""}]}


@pytest.mark.parametrize("text", ["王", " 王 ", "\n第一行\n", "-", "\ue000", "\U0003134a", "1"])
def test_a_text_with_anything_in_it_stays_as_it_is_written(text: str) -> None:
    assert in_one_form(text) == text


@pytest.mark.parametrize(
    ("model", "body", "fields"),
    [
        (Author, {"by": "王", "why": "演习"}, ("by", "why")),
        (AnnouncementBody, {"by": "王", "zh": "预约入场", "base": 0}, ("by", "zh")),
        (NewAccount, {"name": "王", "role": "office", "password": "correct horse battery"},
         ("name", "password")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("blank", ["            ", "\u3000" * 12])
def test_a_required_text_of_blanks_is_refused(
    model: type[BaseModel], body: dict[str, object], fields: tuple[str, ...], blank: str
) -> None:
    model.model_validate_json(checked(json.dumps(body).encode()))
    for field in fields:
        with pytest.raises(ValueError, match=field):
            model.model_validate_json(checked(json.dumps(body | {field: blank}).encode()))
