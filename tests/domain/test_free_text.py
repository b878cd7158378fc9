"""What a guard writes freely goes in clear to the centre: no number of anybody does."""

from __future__ import annotations

import pytest

from gate_agent.contract.free_text import file_reference, is_reference, without_number


@pytest.mark.parametrize(
    "text",
    ["电话 13800138000", "138 0013 8000", "＋８５２ ９１２３ ４５６７", "护照E12345678",
     "K123456(7)", "11010519491231002X", "010-62770334", "+7 (912) 345-67-89"],
)  # fmt: skip
def test_a_number_of_somebody_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="no telephone") as caught:
        without_number(text)

    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["咳嗽", "38.6 ℃，11月24日", "3 号窗口", "家属 2 人，120 已到", "12320"]
)
def test_what_names_nobody_is_kept(text: str) -> None:
    assert without_number(text) == text


def test_a_reference_may_have_many_digits_but_is_no_persons_number() -> None:
    for reference in ("东疾控〔2026〕12号", "20261129-000031", "GZ-2026-1129-0031", "疫【2026】3"):
        assert file_reference(reference) == reference
    assert file_reference("\u3000（２０２６）１２号 ") == "(2026)12号"
    assert file_reference(" \u3000") is None
    for personal in ("13800138000", "138-0013-8000", "11010519491231002x"):
        with pytest.raises(ValueError, match="a person's number"):
            file_reference(personal)


@pytest.mark.parametrize(
    "text",
    ["第118号", "JA1203", "区接〔2026〕118号", "东疾控〔2026〕12号", "20261129-000031",
     "GZ-2026-1129-0031", "疫【2026】3", "(2026)12号", "区疾控第118号", "No.118", "朝接118",
     "2026-118/3", "第118-2号"],
)  # fmt: skip
def test_a_file_number_may_be_of_many_forms(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    ["zhangsan", "13800138000", "010-62770334", "62770334", "张三", "张三1", "张三第118号",
     "张三接118号", "张卫国118号", "zhangsan1", "E12345678", "K123456(7)", "H0123456789",
     "11010519491231002X", "欧阳龘靐齉1", "第号", ""],
)  # fmt: skip
def test_a_name_or_a_number_of_somebody_is_no_file_number(text: str) -> None:
    assert not is_reference(text)
