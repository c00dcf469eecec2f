"""HTML of strangers, cleaned: an allow-list of elements, and pictures only as bytes we have redrawn ourselves."""

import base64
import binascii
import html
import re
from collections.abc import Mapping
from io import BytesIO
from urllib.parse import unquote

import nh3
from django.core.exceptions import ValidationError
from PIL import Image, UnidentifiedImageError

from exams.bank.types.shape import PICTURE_DATA

TAGS = {
    "p", "br", "b", "strong", "i", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td",
    "th", "blockquote", "pre", "code", "img", "span", "div",
}  # fmt: skip
ATTRIBUTES = {"img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
MAX_IMAGE_BYTES = 5 * 1024 * 1024
MAX_PIXELS, MAX_PHOTO_PIXELS = 8_000_000, 12_500_000  # a photograph is decoded at half its size
MOST_CHARACTERS, MOST_TAGS = 200_000, 5_000  # of one text: cleaning it takes hundreds of bytes for a tag
LONGEST_SIDE = 1600
HEAD = 128 * 1024
FORMATS = ["PNG", "JPEG", "GIF", "WEBP", "BMP"]
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
PLUGIN_FILE = re.compile(r"@@PLUGINFILE@@/([^\"'\s>]+)")
PICTURE = re.compile(r"<img\b[^>]*>")
REMOTE = re.compile(r'<img\b[^>]*src="(?!data:image/(?:png|jpeg);base64,)[^"]*"[^>]*>')


def escaped(text: str) -> str:
    """Plain text as HTML, line by line."""
    return "<br>".join(html.escape(line, quote=False) for line in text.strip().split("\n"))


def cleaned(markup: str, files: Mapping[str, str] | None = None) -> str:
    """Allowed elements only; `files` are the pictures of the question, by the name it calls them.

    ValidationError for more markup than any question has, and for a picture that is too large to be shown.
    """
    known = files or {}
    bare = PICTURE_DATA.sub("", markup)
    if len(bare) > MOST_CHARACTERS or bare.count("<") > MOST_TAGS:
        raise ValidationError("一段文字过长，或其中的标签过多。", code="too_long")
    for inline in PICTURE_DATA.findall(markup):
        opened(_decoded(inline.partition(",")[2]))
    linked = PLUGIN_FILE.sub(lambda found: known.get(unquote(found[1].split("?")[0]), ""), markup)
    safe = nh3.clean(linked, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"data"}, link_rel=None)
    return REMOTE.sub("", safe).strip()


def plain(markup: str) -> str:
    """What a person reads of it, on one line."""
    spaced = re.sub(r"<(?:br|/p|/li|/div|/tr|/td)\b[^>]*>", " ", markup)
    return " ".join(html.unescape(nh3.clean(spaced, tags=set())).split())


def has_pictures(markup: str) -> bool:
    return bool(PICTURE.search(markup))


def picture(encoded: str) -> str:
    """A data URI of the picture, redrawn: no metadata, no second frame, nothing but pixels.

    ValidationError for what is no picture, or too large a one.
    """
    return redrawn(_decoded(encoded))


def pixels(encoded: str) -> int:
    """How much there would be to decode; 0 for what is no picture. Only its first bytes are looked at."""
    try:
        image = Image.open(BytesIO(base64.b64decode("".join(encoded[:HEAD].split())[: HEAD // 8 * 4])), formats=FORMATS)
    except UNREADABLE:
        return 0
    return image.width * image.height


def _decoded(encoded: str) -> bytes:
    if len(encoded) > MAX_IMAGE_BYTES * 4 // 3 + 1024:
        raise ValidationError("图片超过5 MB。", code="too_large")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError("附件不是有效的base64。", code="base64") from error


def opened(data: bytes) -> Image.Image:
    """Not yet decoded. ValidationError for what is no picture, or too large a one."""
    if len(data) > MAX_IMAGE_BYTES:
        raise ValidationError("图片超过5 MB。", code="too_large")
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UNREADABLE as error:
        raise ValidationError("不是可用的图片。", code="image") from error
    most = MAX_PHOTO_PIXELS if image.format == "JPEG" else MAX_PIXELS
    if image.width * image.height > most:
        raise ValidationError(f"图片过大，长宽之积不能超过{most // 10_000}万像素。", code="too_large")
    return image


def redrawn(data: bytes) -> str:
    image = opened(data)
    try:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1.0)
        image.load()
    except UNREADABLE as error:
        raise ValidationError("不是可用的图片。", code="image") from error
    is_flat = image.mode in ("RGB", "L", "CMYK")
    kept = image.convert("RGB") if is_flat else image.convert("RGBA")
    out = BytesIO()
    kept.save(out, "JPEG" if is_flat else "PNG", **({"quality": 85} if is_flat else {"optimize": True}))
    kind = "jpeg" if is_flat else "png"
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode()}"
