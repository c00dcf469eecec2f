"""Personal names: what may stand in one, and how they sort.

Python 3.11 does not know CJK Extension I (its category is "unassigned"), so names are
checked by code-point ranges and never by isalpha, isprintable or \\w. Stored names are
not normalised: NFC changes the glyph of compatibility ideographs.
"""

from django.core.exceptions import ValidationError
from pypinyin import lazy_pinyin

MIDDLE_DOT = "\u00b7"
_DOTS = str.maketrans(dict.fromkeys("\u0387\u2022\u2024\u2027\u2219\u22c5\u2e31\u30fb\uff0e\uff65", MIDDLE_DOT))
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD), (0xF900, 0xFAFF),
               (0x3007, 0x3007))  # fmt: skip
_LATIN = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F))
_VARIATIONS = ((0xE0100, 0xE01EF),)
_OTHERS = ((0x30, 0x39), (0xB7, 0xB7), (0x20, 0x20), (0x2D, 0x2D))
_PRIVATE_USE = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
_UNSPOKEN = dict.fromkeys(range(0xE0100, 0xE01F0)) | {ord(MIDDLE_DOT): " "}
_COMPOUND_SURNAMES = {"单于": "chan yu", "尉迟": "yu chi", "澹台": "tan tai", "长孙": "zhang sun"}
_SURNAMES = {"单": "shan", "曾": "zeng", "仇": "qiu", "区": "ou", "解": "xie", "查": "zha", "朴": "piao", "盖": "ge",
             "缪": "miao", "乐": "yue", "翟": "zhai", "尉": "wei", "黑": "he", "洗": "xian", "员": "yun"}  # fmt: skip


def clean_name(text: str) -> str:
    """Outer blanks off, any of the look-alike dots of minority names as U+00B7."""
    return text.strip(" \t\r\n\u3000").translate(_DOTS)


def validate_name(text: str) -> None:
    """Raises ValidationError for what no name has: controls, zero-width, private-use and look-alike characters."""
    name = clean_name(text)
    if not name:
        raise ValidationError("姓名不能为空。", code="blank_name")
    before = 0
    for code in map(ord, name):
        _validate_character(code, before)
        before = code
    if not any(_within(ord(character), _IDEOGRAPHS + _LATIN) for character in name):
        raise ValidationError("姓名中没有文字。", code="no_letter")


def name_pinyin(name: str) -> str:
    """The key names sort by: syllables with spaces, surnames read as surnames, unknown characters as they are."""
    spoken = name.translate(_UNSPOKEN)
    if surname := _COMPOUND_SURNAMES.get(spoken[:2]):
        syllables = [surname, *lazy_pinyin(spoken[2:])]
    elif surname := _SURNAMES.get(spoken[:1]):
        syllables = [surname, *lazy_pinyin(spoken[1:])]
    else:
        syllables = lazy_pinyin(spoken)
    return " ".join(" ".join(syllables).split())[:200]


def _within(code: int, ranges) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _validate_character(code: int, before: int) -> None:
    if _within(code, _PRIVATE_USE):
        raise ValidationError(f"姓名含自造字（U+{code:04X}），请换成标准字，或交由人工对照。", code="private_use")
    # A variation selector says which shape of the ideograph before it is meant; alone it is invisible.
    fits = _within(before, _IDEOGRAPHS) if _within(code, _VARIATIONS) else True
    if not fits or not _within(code, _IDEOGRAPHS + _LATIN + _VARIATIONS + _OTHERS):
        raise ValidationError(f"姓名含不能使用的字符（U+{code:04X}）。", code="bad_character")
