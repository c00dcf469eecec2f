"""Whether our two fonts can print a text."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from fontTools.ttLib import TTFont

REGULAR, BOLD = "NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf"
BLANK = frozenset("\n\r\t ")


def font_file(name: str) -> Path:
    return settings.BASE_DIR / "static" / "vendor" / "fonts" / name


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
