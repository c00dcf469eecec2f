"""A certificate on paper: one page of A4, tagged, in our own fonts."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import segno
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from lms.certificates import artwork, emblem, wording
from lms.certificates.glyphs import font_file

FOLDERS = (settings.BASE_DIR / "static" / "certificates", font_file("").resolve())
BLUE = "#0b3d91"


class OwnAssets(URLFetcher):
    """Data and our own two folders; asked for anything else it stops the rendering."""

    def __init__(self):
        super().__init__(allowed_protocols={"data", "file"}, allow_redirects=False, fail_on_errors=True)

    def fetch(self, url, headers=None):
        if not url.startswith("data:") and not _is_ours(url):
            raise FatalURLFetchingError(f"not one of our assets: {url[:80]}")
        return super().fetch(url, headers)


def _is_ours(url: str) -> bool:
    scheme, _, path = url.partition("://")
    return scheme == "file" and any(Path(path).resolve().is_relative_to(folder) for folder in FOLDERS)


class Press(NamedTuple):
    """What every sheet needs and takes long to make."""

    fonts: FontConfiguration
    styles: list[CSS]
    fetcher: OwnAssets


@cache
def press() -> Press:
    fonts, fetcher = FontConfiguration(), OwnAssets()
    sheets = [FOLDERS[0] / name for name in ("fonts.css", "certificate.css")]
    return Press(fonts, [CSS(filename=sheet, font_config=fonts, url_fetcher=fetcher) for sheet in sheets], fetcher)


@lru_cache(1)
def qr(url: str) -> segno.QRCode:
    return segno.make(url, error="m")


def sheet(design, snapshot: dict, *, code: str, verify_url: str) -> dict:
    """What the template needs, for print and for the preview alike."""
    body = wording.sentences(design.body, snapshot)
    return {
        "design": design, "snapshot": snapshot, "body": body, "verify_url": verify_url,
        "qr": qr(verify_url).svg_data_uri(dark=BLUE, border=0, scale=4),
        "seal": emblem.data_uri(emblem.seal_svg(design.seal_text)),
        "size": wording.size(len(wording.plain(design.body, snapshot))),
        "name_size": wording.size(len(snapshot["name"]), wording.NAME_SIZES),
        "code": " ".join(code[at : at + 5] for at in range(0, len(code), 5)),
        "issued_on": wording.chinese_date(snapshot["issued_on"]),
        "expires_on": wording.chinese_date(snapshot["expires_on"]) if snapshot.get("expires_on") else "",
    }  # fmt: skip


def render(context: dict) -> bytes:
    """Raises ValidationError `foreign_asset` or `too_long` rather than print something else than one whole page."""
    html, tools = render_to_string("certificates/certificate.html", context), press()
    try:
        document = HTML(string=html, base_url=f"{FOLDERS[0].as_uri()}/", url_fetcher=tools.fetcher).render(
            stylesheets=tools.styles, font_config=tools.fonts, pdf_tags=True, cache=_pictures(context)
        )
    except FatalURLFetchingError:
        raise ValidationError("证书样式用到了外部资源，不能印制。", code="foreign_asset")
    if len(document.pages) != 1:
        raise ValidationError("证书内容一页放不下。", code="too_long")
    return document.write_pdf(pdf_variant="pdf/ua-1")


def _pictures(context: dict) -> dict:
    """By address, what WeasyPrint need not fetch, read and draw again; it adds the others to this dictionary."""
    frame, colour = FOLDERS[0] / "frame.svg", [value / 255 for value in bytes.fromhex(BLUE[1:])]
    return {
        frame.as_uri(): artwork.of_file(frame),
        context["seal"]: artwork.of_data(context["seal"]),
        context["qr"]: artwork.Squares(qr(context["verify_url"]).matrix, colour),
    }


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
