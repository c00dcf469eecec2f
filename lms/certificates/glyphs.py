"""Whether our two fonts can print a text, and the everyday part of each, which is quicker to print with."""

from functools import cache
from itertools import product
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

REGULAR, BOLD = "NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf"
EVERYDAY = "Everyday_"
BLANK = frozenset("\n\r\t ")


def font_file(name: str) -> Path:
    return settings.BASE_DIR / "static" / "vendor" / "fonts" / name


def everyday() -> str:
    """ASCII and the cells of GB 2312, read as GBK for its “·” and “—”: nearly every name and all of our own words."""
    cells = product(range(0xA1, 0xFF), repeat=2)
    return "".join(map(chr, range(0x20, 0x7F))) + "".join(bytes(cell).decode("gbk", "ignore") for cell in cells)


def cut_everyday(whole: Path) -> Path:
    """Beside a font of 30,000 glyphs, one of the everyday ones: WeasyPrint reads all of a font for every sheet."""
    font, cutter = TTFont(whole), Subsetter(Options(layout_features=["*"], hinting=False))
    cutter.populate(text=everyday())
    cutter.subset(font)
    part = whole.with_name(EVERYDAY + whole.name)
    font.save(part)
    return part


@cache
def covered() -> frozenset[int]:
    """Code points that both weights have."""
    maps = [TTFont(font_file(name), lazy=True).getBestCmap() for name in (REGULAR, BOLD)]
    return frozenset(maps[0]) & frozenset(maps[1])


def missing(text: str) -> list[str]:
    return sorted(character for character in set(text) - BLANK if ord(character) not in covered())


def require_glyphs(text: str) -> None:
    """Raises ValidationError `missing_glyph`: better no certificate than one with a box where a name should be."""
    if lacking := missing(text):
        named = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in lacking)
        raise ValidationError(f"证书字体缺少{named}，不能印制。", code="missing_glyph")
