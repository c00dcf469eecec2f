"""The test run: a database of its own on the same servers, cheap hashing, no second factor by default."""

import os
import tempfile
from pathlib import Path

from lms.settings.development import *  # noqa: F403
from lms.settings.development import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES

SECRET_KEY = "test"  # noqa: S105
STAFF_SECOND_FACTOR_REQUIRED = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE", "test_lms")}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Workers of other databases on the same broker must not take what tests send.
_PREFIX = f"{DATABASES['default']['TEST']['NAME']}:{os.environ.get('PYTEST_XDIST_WORKER', '')}:"
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": _PREFIX}
CHAIN_HEADS_FILE = Path(tempfile.mkdtemp()) / "chain-heads.jsonl"
SEAL_FOLDER = Path(os.environ.get("SEAL_FOLDER") or tempfile.mkdtemp())
MEDIA_ROOT = Path(tempfile.mkdtemp())
