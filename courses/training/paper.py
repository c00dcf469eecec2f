"""Sheets of a class on A4, in our own fonts, each page with its number and the digest of what is printed."""

import hashlib
import json
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from lms.certificates.paper import FOLDERS, OwnAssets

SHEET = settings.BASE_DIR / "static" / "css" / "training-paper.css"
SHOWN = 16


class Press(NamedTuple):
    fonts: FontConfiguration
    styles: list[CSS]
    fetcher: OwnAssets


@cache
def press() -> Press:
    fonts, fetcher = FontConfiguration(), OwnAssets()
    sheets = (FOLDERS[0] / "fonts.css", SHEET)
    return Press(fonts, [CSS(filename=sheet, font_config=fonts, url_fetcher=fetcher) for sheet in sheets], fetcher)


def digest(rows) -> str:
    """Two sheets with the same digest say the same."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:SHOWN]


def render(template: str, context: dict) -> bytes:
    html, tools = render_to_string(template, context), press()
    document = HTML(string=html, base_url=f"{FOLDERS[0].as_uri()}/", url_fetcher=tools.fetcher)
    return document.write_pdf(stylesheets=tools.styles, font_config=tools.fonts)
