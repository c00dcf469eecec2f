"""`make run` and every command by hand: embedded services unless the environment names real ones."""

import os
import secrets

from lms.embedded import LOCAL, ensure_services, is_configured
from lms.settings.base import *  # noqa: F403
from lms.settings.base import database, env

if not is_configured():
    _database_url, _broker_url = ensure_services()
    os.environ.setdefault("DATABASE_URL", _database_url)
    os.environ.setdefault("REDIS_URL", _broker_url)

(LOCAL / "static").mkdir(parents=True, exist_ok=True)
_key = LOCAL / "secret-key"
if not _key.exists():
    LOCAL.mkdir(parents=True, exist_ok=True)
    _key.write_text(secrets.token_urlsafe(50))

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _key.read_text()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
DATABASES = {"default": database()}
CELERY_BROKER_URL = env("REDIS_URL")
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEMO = env.bool("DEMO", default=True)
