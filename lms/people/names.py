"""Personal names: what may stand in one, and how they sort.

Python 3.11 does not know CJK Extension I (its category is "unassigned"), so names are
checked by code-point ranges and never by isalpha, isprintable or \\w. Stored names are
not normalised: NFC changes the glyph of compatibility ideographs.
"""

from django.core.exceptions import ValidationError
from pypinyin import Style, pinyin

MIDDLE_DOT = "\u00b7"
_DOTS = str.maketrans(dict.fromkeys("\u2022\u2027\u30fb\uff0e\uff65\u2219", MIDDLE_DOT))
_RANGES = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3FFFD), (0xF900, 0xFAFF), (0x3007, 0x3007),
    (0x41, 0x5A), (0x61, 0x7A), (0x30, 0x39), (0xC0, 0x24F), (0xE0100, 0xE01EF), (0xB7, 0xB7), (0x20, 0x20),
    (0x2D, 0x2D),
)  # fmt: skip
_SURNAMES = {"单": "shan", "曾": "zeng", "仇": "qiu", "区": "ou", "解": "xie", "查": "zha", "朴": "piao", "盖": "ge",
             "缪": "miao", "乐": "yue", "翟": "zhai", "尉": "wei", "黑": "he", "洗": "xian", "员": "yun"}  # fmt: skip


def clean_name(text: str) -> str:
    """Outer blanks off, any of the look-alike dots of minority names as U+00B7."""
    return text.strip(" \t\r\n\u3000").translate(_DOTS)


def validate_name(text: str) -> None:
    """Raises ValidationError for what no name has: controls, zero-width, private-use and look-alike characters."""
    if not clean_name(text):
        raise ValidationError("姓名不能为空。", code="blank_name")
    for character in clean_name(text):
        code = ord(character)
        if 0xE000 <= code <= 0xF8FF:
            raise ValidationError(
                f"姓名含自造字（U+{code:04X}），请换成标准字，或交由人工对照。", code="private_use"
            )
        if not any(low <= code <= high for low, high in _RANGES):
            raise ValidationError(f"姓名含不能使用的字符（U+{code:04X}）。", code="bad_character")


def name_pinyin(name: str) -> str:
    """The key names sort by: syllables with spaces, surnames read as surnames, unknown characters as they are."""
    syllables = [syllable[0] for syllable in pinyin(name, style=Style.NORMAL, errors=lambda text: [*text])]
    if name[:1] in _SURNAMES:
        syllables[0] = _SURNAMES[name[0]]
    return " ".join(syllables)[:200]
