"""The words are those of official usage, and none that only engineers read."""

from __future__ import annotations

import re

import pytest

from gate_agent.words import WORDS
from tree import ROOT, text

OUT_OF_USE = {  # and what is in use instead
    "手测": "用体温计测量", "改判": "更改结论", "接触 ": "体温计", "接触复测": "体温计复测",
    "接触测温": "体温计复测", "接触式": "体温计", "人已走": "人已离开", "读证器": "身份证阅读器",
    "上行": "数据上传", "待传": "未上传", "消毒物资": "消毒 · 物资", "自检 演练": "自检 · 演练",
    "欢迎光临": "您好，请测温", "策略": "防控措施", "汇聚": "中心平台", "闸口": "出入口",
    "值班领导": "带班领导", "领队": "带班领导", "预约办理": "预约入场", "封闭式": "封闭管理",
    "暂停开放": "应急关闭", "隔离区": "存疑记录", "体温异常": "体温偏高", "时刻不明": "时间存疑",
    "同行人": "随行人员", "同行的人": "随行人员", "同时在厅": "同时在馆", "警报": "报警、告警",
    "人工登记": "人工录入", "身份不明": "未识别",
    "存疑 {n}": "存疑记录", "账户": "账号", "已校准": "已同步", "已触发": "待响应",
}  # fmt: skip
IN_ONE_PLACE = {"读卡器": {"device_short.id_reader"}}  # the status line has no room for the whole
OUT_OF_USE_EN = {  # of a person; a shift is handed over
    "handed over": "transferred", "hand-over,": "transfer", "set aside": "in doubt",
}  # fmt: skip
TECHNICAL = re.compile(r"\bp\d\d\b|SHA-?256|\bv\d|\b95 ?%|--anchors", re.IGNORECASE)
SYMPTOMS = [
    "发热",
    "干咳",
    "乏力",
    "咽痛",
    "鼻塞流涕",
    "腹泻",
    "肌痛",
    "嗅觉味觉减退",
    "呼吸困难",
    "其他",
]
MODES = {
    "open": "全面开放",
    "appointment": "预约入场",
    "closed": "封闭管理",
    "emergency": "应急关闭",
}


def shown() -> dict[str, str]:
    return {key: WORDS.word(key) for key in WORDS if WORDS.used(key) != ("terminal",)}


@pytest.mark.parametrize("old", OUT_OF_USE)
def test_a_word_that_is_not_in_use_is_in_no_text(old: str) -> None:
    assert {key for key, words in shown().items() if old in words} == set()


def test_a_word_that_is_not_in_use_is_in_no_document_either() -> None:
    """Also of what is set up, and of what makes documents; what was decided stays as it was said.

    闸口 is a word of the code, which documents about the program may use.
    """
    read = {
        path.relative_to(ROOT): path.read_text(encoding="utf-8")
        for folder in ("docs", "config", "tools")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".md", ".json", ".yml", ".toml", ".conf", ".py", ".csv"}
        and "decisions" not in path.parts
    }
    old = set(OUT_OF_USE) - {"闸口"}

    assert {
        (str(path), word) for path, said in read.items() for word in old if word in said
    } == set()


@pytest.mark.parametrize("old", OUT_OF_USE_EN)
def test_a_word_that_is_not_in_use_is_in_no_english_text(old: str) -> None:
    texts = {key: WORDS.word(key, "en").lower() for key in shown()}

    assert {key for key, words in texts.items() if old in words} == set()


@pytest.mark.parametrize("short", IN_ONE_PLACE)
def test_a_short_word_stands_where_there_is_no_room_alone(short: str) -> None:
    assert {key for key, words in shown().items() if short in words} == IN_ONE_PLACE[short]


def test_whom_a_door_knows_by_its_role_is_called_the_same_everywhere() -> None:
    """What somebody is, and what is in doubt, has one word: whatever names it is compared."""
    assert WORDS.word("guard_role.guard") == WORDS.word("exit_means.guard") == "值守员"
    assert WORDS.word("device_kind.id_reader") == WORDS.word("exit_means.card")
    assert WORDS.word("trust.doubtful") != WORDS.word("events.set_aside") == "存疑记录"


def test_the_halls_mode_is_called_what_it_is() -> None:
    assert shown()["column.mode"] == shown()["policy.hall_mode.label"] == "大厅运行状态"


def test_no_text_tells_a_percentile_or_an_algorithm() -> None:
    told = {
        key for key in shown() for lang in ("zh", "en") if TECHNICAL.search(WORDS.word(key, lang))
    }

    assert told == set()


def test_there_is_one_list_of_symptoms_and_one_set_of_modes() -> None:
    symptoms = [words for key, words in shown().items() if key.startswith("symptom.")]
    modes = {key.partition(".")[2]: words for key, words in shown().items()
             if key.startswith("hall_mode.")}  # fmt: skip

    assert symptoms == SYMPTOMS
    assert modes == MODES


def test_every_reason_that_the_machine_gives_has_its_word() -> None:
    """Read the table of the machine, which is made by running it."""
    rows = [line for line in text("docs/state-machine.md").splitlines() if line.startswith("| ")]
    given = re.compile(r"(?:admit|deny|recheck|hold|ambiguous)[A-Za-z ]*: ([a-z_]+)")
    reasons = {reason for row in rows for reason in given.findall(row)} - {"normal"}  # says: none

    assert len(reasons) > 10
    assert {reason for reason in reasons if f"reason.{reason}" not in WORDS} == set()
