"""The form of the policy is drawn from its JSON schema: nothing in it can be without a place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from collector.hall_of_doors import SITE, ZONE, hall
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, serving
from gate_agent.contract.identity import person_ref
from gate_agent.contract.policy import (
    Area,
    ContactsPolicy,
    DutiesPolicy,
    MeasurementPolicy,
    Notice,
    Policy,
)
from gate_agent.contract.setting import SettingGroup
from gate_agent.contract.wire import validated
from gate_agent.emulation.people import synthetic_card
from gate_agent.words import WORDS
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.form import PolicyForm, SettingFaults, Unchanged
from gate_collector.policies.routes import build_policies
from gate_collector.policies.settings import settings_of
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.middleware import WhoAsks
from gate_collector.roles.session import THIS_MACHINE
from gate_collector.web.pages import Pages

FORM = PolicyForm(ZONE, SITE_KEY)
NUMBER = synthetic_card(1).number


class Gallery(BaseModel):
    """A gallery of machines, which no policy has yet."""

    name: str
    open_at: tuple[time, ...] = ()
    purposes: tuple[str, ...] = ()


class Tomorrow(Policy):
    """A policy with settings of every kind that nobody thought of, and no word of the page."""

    galleries: tuple[Gallery, ...] = (Gallery(name="一号", open_at=(time(9),)),)
    level: int | None = Field(None, ge=1, le=4)
    share: float = Field(0.5, ge=0)
    closed_until: date | None = None
    announced: AwareDatetime | None = None
    strict: bool = False
    word: Annotated[str, Field(max_length=9)] = ""


def paths(schema: Mapping[str, Any]) -> set[str]:
    """Return every setting of a schema by its path: "calls.phone" for that of a row."""
    return set(_below("", schema, schema.get("$defs", {})))


def _below(path: str, field: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    inner = [known[field["$ref"].rpartition("/")[2]]] if "$ref" in field else []
    inner += [field["items"]] if "items" in field else []
    inner += field.get("anyOf", ())
    if "properties" in field:
        for name, one in field["properties"].items():
            yield from _below(f"{path}.{name}" if path else name, one, known)
    elif not inner:
        yield path
    for one in inner:
        yield from _below(path, one, known)


def placed(page: str) -> set[str]:
    return set(re.findall(r'data-setting="([^"]+)"', page))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_setting_of_the_schema_has_a_place_on_the_page(tmp_path: Path, lang: str) -> None:
    with hall(tmp_path) as one, serving(app_of(centre_of(one))) as client:
        page = client.get(f"/policy?lang={lang}").text

    wanted = paths(Policy.model_json_schema())
    assert len(wanted) > 60
    assert wanted - placed(page) == set()


def test_a_setting_that_is_added_tomorrow_has_a_place_without_another_word(tmp_path: Path) -> None:
    class Book(PolicyBook):
        def in_force(self) -> Policy:
            return Tomorrow()

    with hall(tmp_path) as one:
        centre = centre_of(one)
        book = Book(one.engine, site=SITE, clock=one.clock, first=Policy(), publish=lambda *_: True)
        app, accounts = FastAPI(), Accounts(centre)
        keys = ApiKeys(centre, accounts)
        app.add_middleware(WhoAsks, accounts=accounts, keys=keys, sign_on=False)
        reader = {"session": THIS_MACHINE, "who": "", "may": lambda *_: True}
        pages = Pages(ZONE, lambda: reader, dict, lambda: one.clock.utc)
        form = PolicyForm(ZONE, SITE_KEY, Tomorrow)
        app.include_router(build_policies(centre, pages, book, form))
        with serving(app) as client:
            page = client.get("/policy").text

    wanted = paths(Tomorrow.model_json_schema())
    assert {"galleries.open_at", "galleries.purposes", "level", "announced"} <= wanted
    assert wanted - placed(page) == set()
    assert 'id="other"' in page, "what names no group stands under the last one"
    assert 'value="09:00"' in page


def test_a_setting_that_no_input_is_known_for_stops_the_centre_at_its_start() -> None:
    class Odd(Policy):
        weights: dict[str, int] = Field(default_factory=dict)

    with pytest.raises(TypeError, match="weights: expected a value, a list or a part"):
        settings_of(Odd)


def test_every_setting_of_today_stands_in_a_group_of_its_own_task() -> None:
    groups = FORM.groups()

    assert set(groups) == set(SettingGroup) - {SettingGroup.OTHER}
    assert all(f"setting_group.{group}" in WORDS for group in SettingGroup)


SET = Policy(
    measurement=MeasurementPolicy(alarm_centi_c=3800), booking=Notice(zh="前台预约"),
    daily_report_at=time(17),
)  # fmt: skip


def change(**typed: JsonValue) -> dict[str, Any]:
    return FORM.change(SET, {path.replace("__", "."): value for path, value in typed.items()})


def told(lang: str = "zh", **typed: JsonValue) -> dict[str, str]:
    with pytest.raises(SettingFaults) as refused:
        change(**typed)
    return {one["path"]: one["text"] for one in refused.value.told("zh" if lang == "zh" else "en")}


def test_only_what_was_typed_is_changed() -> None:
    parts = change(hold__recheck_s="300", retention__gate_days=" 7 ")

    assert set(parts) == {"hold", "retention"}
    before = Policy().hold.model_dump() | {"recheck_s": 300}
    assert parts == {"hold": before, "retention": {"gate_days": 7}}


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        ("measurement.alarm_centi_c", "3_7.3", "须为："),
        ("contacts.most", True, "须为："),
        ("calls", [{"post": "区防控办", "phone": "12", "x": "y"}], "须为："),
        ("duties.areas", [{"name": "大厅", "disinfect": False, "air": False}], "须为：消毒、通风"),
        ("registration.notice", {"version": "1", "zh": "", "en": ""}, "须为："),
        ("booking", {"zh": "", "en": "by telephone"}, "须为："),
        ("daily_report_at", "18:00+08:00", "须为："),
        ("nosuch.setting", "1", "须为：本页已有的设置项"),
    ],
)
def test_what_is_no_value_though_it_may_seem_one(path: str, typed: JsonValue, says: str) -> None:
    with pytest.raises(SettingFaults) as refused:
        FORM.change(SET, {path: typed})

    (fault,) = refused.value.told("zh")
    assert fault["path"].startswith(path)
    assert fault["text"].startswith(says)


def test_what_is_set_already_is_no_change() -> None:
    with pytest.raises(Unchanged):
        change(measurement__alarm_centi_c="38.0")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("37.3", 3730), ("３７．２５", 3725), ("37.30", 3730), ("45", 4500), ("", None)],
)
def test_a_temperature_is_typed_in_degrees_and_kept_in_hundredths(
    typed: str, kept: int | None
) -> None:
    assert change(measurement__alarm_centi_c=typed)["measurement"]["alarm_centi_c"] == kept


@pytest.mark.parametrize(
    "typed", ["99", "abc", "1e999", "1e99999999", "NaN", "Infinity", True, ["37"]]
)
def test_a_value_that_is_none_is_told_by_its_range_and_never_repeated(typed: JsonValue) -> None:
    faults = told(measurement__alarm_centi_c=typed)

    assert faults == {"measurement.alarm_centi_c": "须为：30–45 ℃，可留空"}


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        ("measurement.alarm_centi_c", "37.333", "最多两位小数"),
        ("measurement.flag_permille", "5.5", "整数，不带小数"),
        ("contacts.most", "30.5", "整数，不带小数"),
        ("contacts.most", "30.0", None),
    ],
)
def test_decimals_are_told_as_such_and_not_as_a_range(
    path: str, typed: str, says: str | None
) -> None:
    if says is None:
        FORM.change(Policy(contacts=ContactsPolicy(most=29)), {path: typed})
        return
    with pytest.raises(SettingFaults) as refused:
        FORM.change(SET, {path: typed})

    assert refused.value.told("zh") == [{"path": path, "text": f"须为：{says}"}]


def test_a_time_that_is_none_is_told_by_its_field(tmp_path: Path) -> None:
    with hall(tmp_path) as one, serving(app_of(centre_of(one))) as client:
        asked = {"by": "王科长", "why": "演习", "valid_from": "yesterday"}
        for path, more in (
            ("/policy/mode", {"hall_mode": "closed"}),
            ("/policy/rules", {"settings": {"contacts.most": "29"}}),
        ):
            answer = client.post(path, json=asked | more)

            assert answer.status_code == 422
            assert answer.json()["error"]["expected"].startswith("valid_from: expected a local")


@pytest.mark.parametrize("typed", ["nan", "inf", "-inf", "1e99999999", "seven"])
def test_what_is_no_number_is_none_where_nothing_bounds_it_either(typed: str) -> None:
    form = PolicyForm(ZONE, SITE_KEY, Tomorrow)

    with pytest.raises(SettingFaults):
        form.change(Tomorrow(), {"share": typed})


def test_every_fault_is_told_at_once_each_by_its_path() -> None:
    faults = told(
        "en",
        hold__recheck_s="",
        calls=[{"post": "值班", "phone": "120"}, {"post": "", "phone": "mobile"}],
        duties__due_at=[],
        duties__areas=[{"name": "x" * 41, "disinfect": True, "air": "maybe"}],
        daily_report_at="25:00",
        registration__phone="sometimes",
    )

    assert faults == {
        "hold.recheck_s": "Expected: 1–7200 s",
        "calls.1.post": "Expected: 1–40 characters",
        "calls.1.phone": "Expected: such as 010-5550 0120",
        "duties.due_at": "Expected: at least 1 lines",
        "duties.areas.0.name": "Expected: 1–40 characters",
        "duties.areas.0.air": "Expected: yes or no",
        "daily_report_at": "Expected: a time such as 10:00",
        "registration.phone": "Expected: one of those listed",
    }


@pytest.mark.parametrize(
    "path", ["hold.nothing", "roster", "appointments", "version", "hall_mode", "calls.0.phone", ""]
)
def test_what_is_no_field_of_the_form_cannot_be_set_by_it(path: str) -> None:
    with pytest.raises(SettingFaults):
        FORM.change(Policy(), {path: "1"})


def test_times_of_a_shift_are_the_halls_own() -> None:
    row: dict[str, JsonValue] = {
        "leader": "李主任", "phone": "010-5550 0101",
        "valid_from": "2026-12-01T08:00", "valid_until": "2026-12-01T20:00",
    }  # fmt: skip

    (shift,) = validated(Policy, change(rota=[row])).rota

    assert shift.valid_from.isoformat() == "2026-12-01T08:00:00+08:00"
    shown = FORM.shown(next(u for u in FORM.settings.units() if u.path == "rota"),
                       Policy(rota=(shift,)))  # fmt: skip
    assert shown == [row]


def test_a_card_number_on_the_list_of_those_to_be_measured_again_is_hashed_at_once() -> None:
    reference = person_ref(NUMBER, SITE_KEY)

    assert change(watch=[NUMBER.lower(), reference]) == {"watch": [reference, reference]}
    faults = told(watch=["110101199001011234"])
    assert faults == {"watch.0": "须为：证件号码，或 64 位人员标识"}


def test_without_the_sites_key_no_number_becomes_a_reference() -> None:
    with pytest.raises(SettingFaults):
        PolicyForm(ZONE, None).change(Policy(), {"watch": [NUMBER]})


def test_a_part_that_may_be_absent_is_absent_when_all_of_it_is_empty() -> None:
    assert change(booking={"zh": " ", "en": ""}) == {"booking": None}
    assert change(booking={"zh": "电话预约", "en": ""})["booking"]["zh"] == "电话预约"


def test_every_value_is_read_back_as_it_is_shown() -> None:
    policy = Policy(duties=DutiesPolicy(areas=(Area(name="𠮷野㐂"),), due_at=(time(9, 5, 7),)))
    other = policy.model_copy(update={"daily_report_at": time(6)})
    typed = {
        unit.path: FORM.shown(unit, policy) for unit in FORM.settings.units() if unit.entry is None
    }

    read = policy.model_dump(mode="json") | FORM.change(other, typed)

    assert validated(Policy, read) == policy


def test_a_change_of_nothing_and_a_newer_version_are_refused(tmp_path: Path) -> None:
    body = {"by": "王科长", "why": "演习", "base": 0, "settings": {"hold.recheck_s": "300"}}
    with hall(tmp_path) as one:
        book = book_of(one)
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            nothing = client.post("/policy/rules", json=body | {"settings": {}})
            first, again = (client.post("/policy/rules", json=body) for _ in range(2))
            wrong = client.post(
                "/policy/rules?lang=en",
                json=body | {"base": 1, "settings": {"hold.recheck_s": "soon"}},
            )

    assert [answer.status_code for answer in (nothing, first, again, wrong)] == [422, 201, 409, 422]
    assert nothing.json()["error"]["code"] == "unchanged"
    assert again.json()["error"]["code"] == "outdated"
    assert wrong.json()["error"]["fields"] == [
        {"path": "hold.recheck_s", "text": "Expected: 1–7200 s"}
    ]
    assert book.newest().hold.recheck_s == 300


_SHIFT = {"leader": "李主任", "phone": "010-5555 0101"}
_DAY = {"valid_from": "2026-12-01T08:00", "valid_until": "2026-12-01T20:00"}


@pytest.mark.parametrize(
    ("path", "rows", "at", "text"),
    [
        ("rota", [_SHIFT | _DAY, _SHIFT | _DAY | {"valid_until": "2026-12-01T08:00"}],
         "rota.1.valid_until", "Expected: later than its begin"),
        ("rota", [_SHIFT | _DAY] * 2, "rota.1", "Expected: another than in any other line"),
        ("purposes", ["税务", "社保", "税务"], "purposes.2",
         "Expected: another than in any other line"),
        ("supplies", [{"item": "口罩", "unit": "只", "low": "1"}] * 2, "supplies.1.item",
         "Expected: another than in any other line"),
        ("duties.due_at", ["10:00", "10:00"], "duties.due_at.1",
         "Expected: another than in any other line"),
        ("opening", [{"days": ["monday"], "opens": "09:00", "closes": "09:00"}],
         "opening.0.closes", "Expected: later than its begin"),
        ("windows",
         [{"name": "一号", "purposes": ["社保", "社 保"], "open": True, "online": False}],
         "windows.0.purposes.1", "Expected: one of the purposes"),
    ],
)  # fmt: skip
def test_values_that_contradict_each_other_are_told_at_the_later_one(
    path: str, rows: list[JsonValue], at: str, text: str
) -> None:
    with pytest.raises(SettingFaults) as refused:
        FORM.change(Policy(), {path: rows})

    assert refused.value.told("en") == [{"path": at, "text": text}]
