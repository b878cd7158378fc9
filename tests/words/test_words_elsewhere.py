"""No Chinese outside the table: a word that stands in a source is a word that will differ."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tree import ROOT
from words.word_uses import chinese_in, sources

TITLES = {
    "badges/rdm6300": "125 kHz ID 卡读卡器 RDM6300 / badge reader",
    "badges/wiegand_text": "韦根读卡器（经串口转换器）/ Wiegand reader behind a converter",
    "outputs/lcus_relay": "USB 继电器 LCUS / USB relay board",
    "outputs/modbus_coil": "RS-485 Modbus 继电器 / relay board on RS-485",
    "scanners/serial_scanner": "串口扫码器 / scanner of QR and bar codes on a serial line",
    "text/text_line": "按行发送文本的设备 / any device that sends lines of text",
    "thermometers/cjmcu_90614": "红外测温模块 CJMCU MLX90614 UART, infrared thermometer module",
    "thermometers/gd60914": "红外额温模块 GD60914, forehead thermometer module of Guide",
    "thermometers/gy_614v3": "额温测温模块 GY-614V3, forehead thermometer module",
    "thermometers/gy_mcu90614": "红外测温模块 GY-MCU90614 / 90615, infrared thermometer module",
    "thermometers/gy_mcu90640": "红外热成像阵列 GY-MCU90640 (MLX90640, 32×24) / thermal array",
    "thermometers/modbus_thermometer": "Modbus RTU 红外测温头 / any infrared thermometer on RS-485",
    "thermometers/optris_cs": "工业红外测温头 Optris CS/CT, thermoMETER / industrial head",
    "thermometers/raytek_mi": "工业红外测温头 Raytek/Fluke MI, MI3 / industrial thermometer head",
}
NO_WORDS: dict[str, tuple[str, set[str]]] = {
    "gate_agent/contract/policy.py": (
        "the built-in policy is a document with a digest; a site writes its own",
        {
            "为疫情防控，登记您的姓名、证件号码和手机号，加密保存，到期删除，不作他用。",
            "综合窗口", "社保", "不动产", "公安", "税务", "其他",
            "出入口门", "自助终端", "办事大厅", "卫生间",
            "医用口罩", "只", "消毒酒精", "瓶", "一次性手套", "副", "体温计", "支",
            "消毒液", "桶", "防护服", "套", "护目镜", "医疗箱", "个",
        },
    ),
    "gate_agent/contract/opening.py": (
        "a purpose as a policy has them, whatever the site's own are",
        {"绿色通道"},
    ),
    "gate_agent/demo/site.py": (
        "how the demo's invented hall is configured, and its policy",
        {
            "一层西侧出入口", "二层中央出入口", "带班领导", "区疫情防控办", "李主任",
            "政务服务网上办事大厅",
        },
    ),
    "gate_agent/demo/robot.py": ("whom the demo's guard calls", {"区疫情防控办", "120 救护车"}),
    "gate_agent/domain/hold.py": ("posts as call lists name them", {"带班领导", "值班领导"}),
    "gate_agent/emulation/people.py": (
        "names of people who do not exist",
        {
            "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜",
            "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉红梅建国文辉宇轩子涵欣怡",
        },
    ),
    "gate_agent/contract/identity.py": (
        "the shape of an army document's number, as it is printed",
        {r"[\u4e00-\u9fff]{0,8}字?第?[0-9]{5,12}号?", "words such as 军字第, and 5 to 12 digits"},
    ),
    "gate_agent/contract/free_text.py": (
        "what stands in an office's reference number",
        {"[第号字年月日]", ".?[接受编报文函]?|.*(?:[区市县旗疾疫]|卫健|防控|防办|应急|指挥).*"},
    ),
    "gate_agent/capture/stand_ins.py": ("an invented number of that shape", {"军字第", "号"}),
    "gate_agent/cli/roster.py": ("what somebody's CSV may say", {"是", "否", "在岗", "不在岗"}),
    "collector/gate_collector/policies/sheets.py": (
        "what somebody's sheet may have for headings and cells",
        {
            "证件号码", "身份证号", "身份证号码", "姓名", "值班", "封闭期可入", "开始", "开始时间",
            "结束", "结束时间", "绿色通道", "预约码", "带班领导", "领导", "值班电话", "电话",
            "是", "否",
            "岗位", "职务", "称呼", "级别", "组别", "小组",
        },
    ),
    "drivers/gate_drivers/card_readers/sam_uart/__init__.py": (
        "a driver brings its own title and sees nothing of the program",
        {"居民身份证阅读器 / SAM ID-card reader"},
    ),
    "drivers/gate_drivers/card_readers/sam_uart/text.py": ("what a card's memory holds", {"长期"}),
    **{
        f"drivers/gate_drivers/{folder}/__init__.py": (
            "a driver brings its own title and sees nothing of the program",
            {title},
        )
        for folder, title in TITLES.items()
    },
}  # fmt: skip


def test_no_word_stands_in_a_source_and_the_list_of_what_is_none_is_not_stale() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        for _, text in chinese_in(path):
            found[str(path.relative_to(ROOT))].add(text)

    assert dict(found) == {path: texts for path, (_, texts) in NO_WORDS.items()}


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("a.py", '"""模块"""\nx = 1  # 注释\ndef f():\n    """说明"""\n    return "词"\n', ["词"]),
        ("a.py", 'f(description="说明", text=f"{x}件")\n', ["件"]),
        ("a.js", "// 注释\n/* 一\n二 */ say('词'); // 尾\n", ["say('词');"]),
        ("a.html", "<!-- 注释 -->{# 注释 #}<p>词</p>\n", ["<p>词</p>"]),
    ],
)
def test_comments_and_docstrings_are_no_words(
    tmp_path: Path, name: str, source: str, told: list[str]
) -> None:
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")

    assert [text for _, text in chinese_in(path)] == told
