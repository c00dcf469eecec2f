"""The red seal printed on a certificate: the issuer's words around a star, as outlines that need no font."""

from base64 import b64encode
from functools import cache
from math import cos, pi, sin

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from lms.certificates.glyphs import BOLD, font_file

RED = "#c8161d"
RADIUS, TEXT_RADIUS, EM = 96, 75, 23
WIDEST = 250  # degrees of the circle that the words may take
BOTTOM = "电子专用"


@cache
def _outlines():
    font = TTFont(font_file(BOLD), lazy=True)
    return font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm


def _glyph(character: str) -> str:
    glyphs, names, _ = _outlines()
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.0f}")
    glyphs[names[ord(character)]].draw(pen)
    return pen.getCommands()


def _placed(character: str, degrees: float, em: float, radius: float) -> str:
    """A character standing on the circle, its head outwards."""
    scale = em / _outlines()[2]
    move = f"rotate({degrees:.2f}) translate({-em / 2:.2f} {-radius + em / 2 - 3:.2f}) scale({scale:.5f} {-scale:.5f})"
    return f'<path transform="{move}" d="{_glyph(character)}"/>'


def _star(radius: float) -> str:
    corners = [
        (
            radius * (1 if n % 2 == 0 else 0.382) * sin(n * pi / 5),
            -radius * (1 if n % 2 == 0 else 0.382) * cos(n * pi / 5),
        )
        for n in range(10)
    ]
    return f'<path d="M{" ".join(f"{x:.2f},{y:.2f}" for x, y in corners)}z"/>'


@cache
def seal_svg(words: str) -> str:
    step = min(WIDEST / max(len(words) - 1, 1), 30)
    em = min(EM, 2 * pi * TEXT_RADIUS * step / 360 * 0.98)
    first = -step * (len(words) - 1) / 2
    ring = "".join(_placed(one, first + step * place, em, TEXT_RADIUS) for place, one in enumerate(words))
    scale = 15 / _outlines()[2]
    below = "".join(
        f'<path transform="translate({(place - len(BOTTOM) / 2) * 16:.2f} 62) scale({scale:.5f} {-scale:.5f})" '
        f'd="{_glyph(one)}"/>'
        for place, one in enumerate(BOTTOM)
    )
    circle = f'<circle r="{RADIUS}" fill="none" stroke="{RED}" stroke-width="5"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-100 -100 200 200" width="200" height="200">'
        f'{circle}<g fill="{RED}">{_star(29)}{ring}{below}</g></svg>'
    )


def data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
