"""Published and reckoned frames of the SAM reader; every person here is invented."""

from __future__ import annotations

from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
NO_PHOTO = bytes(1024)
WL_PHOTO = bytes.fromhex("574C66007E00") + bytes(1018)
READ_HEAD = bytes.fromhex("01000400")

FOUND = bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
NOT_FOUND = bytes.fromhex("AAAAAA9669 0004 000080 84")
SELECTED = bytes.fromhex("AAAAAA9669 000C 000090 0000000000000000 9C")
STATUS_OK = bytes.fromhex("AAAAAA9669 0004 000090 94")
SELF_TEST_FAILED = bytes.fromhex("AAAAAA9669 0004 000060 64")
SAM_NUMBER = bytes.fromhex("AAAAAA9669 0014 000090 0500010005B43201010000000100000002")
NO_NEW_ADDRESS = bytes.fromhex("AAAAAA9669 0004 000091 95")
NEW_ADDRESS = (
    bytes.fromhex("AAAAAA9669 004A 000090")
    + bytes.fromhex("1753AC4E025E776DC06D3A53B0654057EF8D3300F753")
    + 24 * bytes.fromhex("2000")
    + bytes.fromhex("C9")
)

# offset, length in bytes, text; what is not named is spaces
T0 = (
    (0, 30, "张三"), (30, 2, "2"), (32, 4, "01"), (36, 16, "19491231"),
    (52, 70, "北京市朝阳区测试路1号"), (122, 36, "11010519491231002X"),
    (158, 30, "北京市公安局朝阳分局"), (188, 16, "20100101"), (204, 16, "长期"),
)  # fmt: skip
J = (
    (0, 30, "李四"), (30, 2, "1"), (36, 16, "19900101"), (52, 70, "广东省深圳市测试路2号"),
    (122, 36, "810000199001010019"), (158, 30, "深圳市公安局"), (188, 16, "20190101"),
    (204, 16, "20240101"), (220, 18, "H12345678"), (238, 4, "01"), (248, 2, "J"),
)  # fmt: skip
I = (  # noqa: E741 the card is called so
    (0, 120, "DOE, JOHN"), (120, 2, "1"), (122, 30, "KAZ110090123105"), (152, 6, "KAZ"),
    (158, 30, "约翰"), (188, 16, "20170616"), (204, 16, "20270615"), (220, 16, "19901231"),
    (236, 4, "01"), (240, 8, "1500"), (248, 2, "I"),
)  # fmt: skip
Y = (
    (0, 30, "约翰"), (30, 2, "1"), (32, 4, "00"), (36, 16, "19901231"), (52, 70, "DOE, JOHN"),
    (122, 36, "911398199012310021"), (188, 16, "20231201"), (204, 16, "20331130"),
    (242, 6, "KAZ"), (248, 2, "Y"),
)  # fmt: skip
Fields = tuple[tuple[int, int, str], ...]


def block(fields: Fields) -> bytes:
    """Return the 256 bytes of text that the table describes."""
    text = bytearray(bytes.fromhex("2000") * 128)
    for offset, size, value in fields:
        encoded = value.encode("utf-16-le")
        assert len(encoded) <= size
        text[offset : offset + len(encoded)] = encoded
    return bytes(text)


def frame(body: bytes) -> bytes:
    """Return a reply around `body`, reckoned here and not by the codec."""
    checked = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + checked + bytes([xored(checked)])


def read_reply(text: bytes, photo: bytes = NO_PHOTO) -> bytes:
    """Return the whole answer to a read."""
    return frame(bytes.fromhex("000090") + READ_HEAD + text + photo)


def xored(data: bytes) -> int:
    """Return the XOR of all bytes."""
    return reduce(xor, data, 0)
