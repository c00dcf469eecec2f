"""Small real files, made on the spot."""

import subprocess
from io import BytesIO
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image


def film(folder: Path, *, seconds=3, codec="libx264") -> bytes:
    path = folder / "film.mp4"
    command = ["-f", "lavfi", "-i", f"color=c=navy:s=64x64:r=1:d={seconds}", "-c:v", codec, "-pix_fmt", "yuv420p"]
    subprocess.run([get_ffmpeg_exe(), "-y", "-v", "error", *command, str(path)], check=True)
    return path.read_bytes()


def pdf(pages=2) -> bytes:
    first, *others = [Image.new("RGB", (60, 80), "white") for _ in range(pages)]
    content = BytesIO()
    first.save(content, "PDF", save_all=True, append_images=others)
    return content.getvalue()
