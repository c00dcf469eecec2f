"""What a phone loads of each page, compressed; the ceilings are what we promise."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.db import transaction

from lms.portal.benchmarks.measuring import Figures, client_of
from lms.portal.benchmarks.pages import film_in, learning

PROMISED = {"html": 30, "css": 20, "js": 40}
LOADED = re.compile(r"""(?:href|src)="/static/([^"?]+\.(?:css|js))""")
IMPORTED = re.compile(r"""(?:from|import)\s*\(?["'](\.{1,2}/[^"']+)["']""")


def phone_pages(figures: Figures, officer) -> None:
    """Opening a lesson begins it, so all is taken back."""
    user, version = learning(officer) or (officer.user, None)
    pages = {"today": "/", "learn": "/learn/", "me": "/me/", "ledger": "/ledger/"}
    if version:
        course = f"/learn/{version.course_id}/"
        pages |= {"course": course, "film": f"{course}{film_in(version)}/"}
    client = client_of(user)
    with transaction.atomic():
        for name, address in pages.items():
            for kind, size in _weights(client.get(address)).items():
                figures.put(f"{name}_{kind}_gzipped", size / 1000, "kB", 1, PROMISED[kind])
        transaction.set_rollback(True)


def _weights(response) -> dict[str, int]:
    html = response.content.decode()
    files = {Path(found) for name in LOADED.findall(html) if (found := finders.find(name))}
    scripts = _with_imports({path for path in files if path.suffix == ".js"})
    return {
        "html": len(gzip.compress(response.content)),
        "css": sum(map(_packed, files - scripts)),
        "js": sum(map(_packed, scripts)),
    }


def _with_imports(scripts: set[Path]) -> set[Path]:
    found = {(path.parent / name).resolve() for path in scripts for name in IMPORTED.findall(path.read_text())}
    return scripts if found <= scripts else _with_imports(scripts | found)


def _packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))
