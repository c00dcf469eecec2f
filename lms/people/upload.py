"""A file on its way in: kept between preview and confirmation, for one session and for one day."""

import hashlib
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.http import Http404

KEY = "people_import"
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Upload:
    token: str
    filename: str
    sha256: str

    @property
    def path(self) -> Path:
        return folder() / self.token

    def read(self) -> bytes:
        """Raises Http404 for a file that is gone or no longer the one that was uploaded."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            raise Http404 from None
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise Http404
        return data


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def keep(session, filename: str, data: bytes, key: str = KEY) -> Upload:
    """Put the file where only this session finds it, in place of one it may have had there; `key` is its purpose."""
    discard(session, key)
    sweep()
    upload = Upload(secrets.token_hex(16), filename, hashlib.sha256(data).hexdigest())
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(upload.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    session[key] = asdict(upload)
    return upload


def find(session, token: str, key: str = KEY) -> Upload:
    """Raises Http404 for a token that is not of this session's upload."""
    kept = session.get(key)
    if not kept or kept["token"] != token:
        raise Http404
    return Upload(**kept)


def discard(session, key: str = KEY) -> None:
    if kept := session.pop(key, None):
        Upload(**kept).path.unlink(missing_ok=True)


def sweep() -> None:
    """Remove what nobody confirmed within a day."""
    for path in folder().glob("*"):
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)
