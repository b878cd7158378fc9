"""Names (姓名): as on the document, in one form, and never blank or broken."""

from __future__ import annotations

import unicodedata

_BROKEN = "\ufffd"
_JOINERS = "\u200c\u200d"  # some scripts spell with them
_SUPPLEMENTARY_IDEOGRAPHS = range(0x20000, 0x40000)  # newer ones than our tables know, too


class NameFault(ValueError):  # noqa: N818 a fault of the card, not of the program
    """This cannot be a name; the text has no character of it."""

    code = "name"
    expected = "a name: at least one letter, nothing that cannot be printed"

    def __init__(self, got: str) -> None:
        self.got = got
        super().__init__(f"expected {self.expected}, got {got}")


def check_name(text: str) -> str:
    """Return a name in Unicode's composed form, without blanks around it. Raises NameFault.

    Characters of private use are letters here: older cards spell rare names with them.
    """
    name = unicodedata.normalize("NFC", text).strip().strip(_JOINERS)
    if not any(_is_letter(c) for c in name):
        raise NameFault("nothing that is read as one")
    if not all(_is_printed(c) for c in name):
        raise NameFault("characters that are none")
    return name


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: width, case, blanks and dots tell nobody apart."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if _is_letter(c))


def _is_letter(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind == "Co" or _is_rare(character)


def _is_printed(character: str) -> bool:
    if character in _JOINERS:
        return True
    if character == _BROKEN:
        return False
    return _is_letter(character) or unicodedata.category(character)[0] in "PSN" or character == " "


def _is_rare(character: str) -> bool:
    code = ord(character)
    is_none = code & 0xFFFE == 0xFFFE  # noqa: PLR2004 the last two of each plane are no characters
    return code in _SUPPLEMENTARY_IDEOGRAPHS and not is_none
