"""Films and papers of the demo courses: plain slides with a running clock, drawn here and never fetched."""

import hashlib
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from django.conf import settings
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 360
BLUE, PAPER, PALE = (11, 61, 145), (255, 255, 255), (207, 220, 245)
CLOCK = (40, 292, 320, 336)
EDITION = "1"
FONTS = settings.BASE_DIR / "static" / "vendor" / "fonts"


def film(title: str, lines: tuple[str, ...], seconds: int) -> Path:
    """One slide for each line, shown equally long; made once and found again by what it shows."""
    name = hashlib.sha256("\n".join([EDITION, title, *lines, str(seconds)]).encode()).hexdigest()[:24]
    path = Path(settings.MEDIA_ROOT) / "demo" / f"{name}.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.mp4")
        _encode(_frames(title, lines, seconds), unfinished)
        unfinished.rename(path)
    return path


def paper(title: str, lines: tuple[str, ...]) -> bytes:
    """A PDF with a page for each line."""
    first, *others = [_slide(title, line, f"第{number}页") for number, line in enumerate(lines, 1)]
    content = BytesIO()
    first.save(content, "PDF", save_all=True, append_images=others, resolution=72, title=title)
    return content.getvalue()


def picture(title: str, line: str) -> bytes:
    """A JPEG of one slide."""
    content = BytesIO()
    _slide(title, line, "").save(content, "JPEG", quality=80)
    return content.getvalue()


def _frames(title, lines, seconds) -> Iterator[bytes]:
    slides = [_slide(title, line, f"{number}/{len(lines)}") for number, line in enumerate(lines, 1)]
    font = _font("700Bold", 30)
    for second in range(seconds):
        slide = slides[second * len(slides) // seconds]
        pen = ImageDraw.Draw(slide)
        pen.rectangle(CLOCK, fill=BLUE)
        pen.text(
            CLOCK[:2], f"{second // 60:02d}:{second % 60:02d} / {seconds // 60:02d}:{seconds % 60:02d}", PAPER, font
        )
        yield slide.tobytes()


def _slide(title: str, line: str, place: str) -> Image.Image:
    slide = Image.new("RGB", (WIDTH, HEIGHT), BLUE)
    pen = ImageDraw.Draw(slide)
    pen.text((40, 36), "城管学堂　演示课件", PALE, _font("400Regular", 18))
    pen.text((40, 76), title, PAPER, _font("700Bold", 34 if len(title) <= 16 else 24))
    pen.line((40, 134, WIDTH - 40, 134), PALE, 2)
    for number in range(0, len(line), 22):
        pen.text((40, 158 + number // 22 * 38), line[number : number + 22], PAPER, _font("400Regular", 25))
    pen.text((WIDTH - 110, 304), place, PALE, _font("400Regular", 20))
    return slide


def _font(weight: str, size: int):
    return ImageFont.truetype(str(FONTS / f"NotoSerifSC_{weight}.ttf"), size)


def _encode(frames: Iterator[bytes], path: Path) -> None:
    command = [
        get_ffmpeg_exe(), "-y", "-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{WIDTH}x{HEIGHT}", "-r", "1", "-i", "pipe:0", "-c:v", "libx264", "-preset", "veryfast", "-tune",
        "stillimage", "-crf", "34", "-g", "30", "-bf", "0", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        for frame in frames:
            process.stdin.write(frame)
        process.stdin.close()
    if process.returncode:
        raise RuntimeError(f"ffmpeg: {process.returncode}")
