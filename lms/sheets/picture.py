"""A picture somebody took, made anew: nothing of the file but its pixels is kept, neither place nor device."""

import warnings
from io import BytesIO

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
EDGE, QUALITY = 1600, 80
FORMATS = ("JPEG", "PNG", "WEBP")


def redrawn(data: bytes) -> bytes:
    """A JPEG of at most EDGE pixels a side. Raises ValidationError for whatever is not a picture."""
    if len(data) > MAX_BYTES:
        raise ValidationError("图片过大，不能超过10 MB，请压缩后再传。", code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                return _encoded(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning) as fault:
        raise ValidationError(
            "文件不是可用的图片，请上传 JPG、PNG 或 WebP 截图、照片。", code="not_a_picture"
        ) from fault


def _encoded(image: Image.Image) -> bytes:
    if image.width * image.height > MAX_PIXELS:
        raise ValidationError("图片尺寸过大，请缩小后再传。", code="too_large")
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((EDGE, EDGE))
    out = BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
