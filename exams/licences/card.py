"""A card on paper: its two sides in the size of a bank card, and a page of A4 that says what it rests on."""

from functools import cache, lru_cache
from math import ceil
from typing import NamedTuple

import segno
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from lms.certificates import artwork
from lms.certificates.glyphs import require_glyphs
from lms.certificates.paper import BLUE, FOLDERS, OwnAssets
from lms.certificates.wording import chinese_date

STYLES = settings.BASE_DIR / "static" / "licences" / "card.css"
PAGES, LONG_NAME = 3, 10
TYPES = (("plain", 14, 4), ("dense", 17, 6))  # characters to a line, and how many lines there is room for
DAYS = ("issued_on", "valid_from", "valid_until", "made_on")


class Press(NamedTuple):
    """What every card needs and takes long to make."""

    fonts: FontConfiguration
    styles: list[CSS]
    fetcher: OwnAssets


@cache
def press() -> Press:
    fonts, fetcher, base = FontConfiguration(), OwnAssets(), f"{FOLDERS[0].as_uri()}/"
    texts = [(FOLDERS[0] / "fonts.css").read_text(), STYLES.read_text()]
    styles = [CSS(string=text, base_url=base, font_config=fonts, url_fetcher=fetcher) for text in texts]
    return Press(fonts, styles, fetcher)


@lru_cache(1)
def qr(url: str) -> segno.QRCode:
    return segno.make(url, error="m")


def sheet(snapshot: dict, *, code: str, verify_url: str) -> dict:
    """What the template needs."""
    days = {name: chinese_date(snapshot[name]) for name in DAYS}
    proofs = [proof | {"passed_on": chinese_date(proof["passed_on"])} for proof in snapshot["proofs"]]
    levels = [level | {"passed_on": chinese_date(level["passed_on"])} for level in snapshot["levels"]]
    return {
        "card": snapshot | days | {"proofs": proofs, "levels": levels},
        "size": "long" if len(snapshot["name"]) > LONG_NAME else "short", "density": density(snapshot),
        "code": " ".join(code[at : at + 5] for at in range(0, len(code), 5)),
        "qr": qr(verify_url).svg_data_uri(dark=BLUE, border=0, scale=4), "verify_url": verify_url,
    }  # fmt: skip


def density(snapshot: dict) -> str:
    """The largest type in which unit and area can be read in full on the card. Raises `too_long` where none is small enough."""
    texts = [snapshot["unit"], snapshot["area"]]
    for name, a_line, lines in TYPES:
        if sum(max(ceil(len(text) / a_line), 1) for text in texts) <= lines:
            return name
    raise ValidationError("单位和执法区域过长，证卡放不下，请先缩写执法区域。", code="too_long")


def require_printable(snapshot: dict) -> None:
    density(snapshot)
    texts = [snapshot[name] for name in ("name", "unit", "number", "kind", "area", "issuer")]
    require_glyphs("".join(texts) + "".join(proof["title"] for proof in snapshot["proofs"]))


def render(context: dict) -> bytes:
    """Raises ValidationError `foreign_asset` or `too_long` rather than print something else than three whole pages."""
    html, tools = render_to_string("licences/card.html", context), press()
    colour = [value / 255 for value in bytes.fromhex(BLUE[1:])]
    pictures = {context["qr"]: artwork.Squares(qr(context["verify_url"]).matrix, colour)}
    try:
        document = HTML(string=html, base_url=f"{FOLDERS[0].as_uri()}/", url_fetcher=tools.fetcher).render(
            stylesheets=tools.styles, font_config=tools.fonts, pdf_tags=True, cache=pictures
        )
    except FatalURLFetchingError:
        raise ValidationError("证卡样式用到了外部资源，不能印制。", code="foreign_asset")
    if len(document.pages) != PAGES:
        raise ValidationError("证卡内容放不下，请核对姓名、单位和执法区域是否过长。", code="too_long")
    return document.write_pdf(pdf_variant="pdf/ua-1")
