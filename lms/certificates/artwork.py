"""Pictures as WeasyPrint draws them quickest: those of every sheet once in the life of a process, a code as squares."""

import zlib
from base64 import b64decode
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from threading import Lock

import pydyf
from defusedxml import ElementTree
from weasyprint.images import SVGImage

DESIGNS_IN_USE = 32


class Artwork(SVGImage):
    """An SVG without text, which WeasyPrint would otherwise draw path by path on every sheet."""

    def __init__(self, svg: bytes):
        super().__init__(ElementTree.fromstring(svg), base_url=None, url_fetcher=None, context=None)
        self.drawn: dict[tuple[float, float], tuple[bytes, dict]] = {}
        self.drawing = Lock()

    def draw(self, stream, width, height, style):
        size = round(width, 3), round(height, 3)
        form = stream.add_group(0, 0, *size)
        with self.drawing:
            if size not in self.drawn:
                super().draw(form, width, height, style)
                self.drawn[size] = _packed(form), dict(form.extra["Resources"]["ExtGState"])
        content, states = self.drawn[size]
        form.stream, form.compress, form.extra["Filter"] = [content], False, "/FlateDecode"
        form.extra["Resources"]["ExtGState"] = pydyf.Dictionary(states)
        stream.draw_x_object(form.id)


def _packed(form) -> bytes:
    lines = (line if isinstance(line, bytes) else str(line).encode() for line in form.stream)
    return zlib.compress(b"\n".join(lines), 9)


class Squares:
    """A QR code. Each run of dark squares is a rectangle of the one path, so that no seam shows between them."""

    def __init__(self, rows, colour: Sequence[float]):
        self.rows, self.colour = [bytes(row) for row in rows], colour

    def get_intrinsic_size(self, *args):
        return len(self.rows), len(self.rows), 1

    def draw(self, stream, width, height, style):
        stream.transform(a=width / len(self.rows), d=height / len(self.rows))
        stream.set_color_rgb(*self.colour)
        for down, row in enumerate(self.rows):
            across = 0
            for dark, run in groupby(row):
                length = len(list(run))
                if dark:
                    stream.rectangle(across, down, length, 1)
                across += length
        stream.fill()


@lru_cache(DESIGNS_IN_USE)
def of_file(path: Path) -> Artwork:
    return Artwork(path.read_bytes())


@lru_cache(DESIGNS_IN_USE)
def of_data(uri: str) -> Artwork:
    return Artwork(b64decode(uri.partition(",")[2]))
