"""A worker on the database of the tests, deaf to every other worker on the broker."""

import os

from lms.settings.test import *  # noqa: F403
from lms.settings.test import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES

DATABASES["default"]["NAME"] = os.environ["WORKER_DATABASE"]
CELERY_BROKER_TRANSPORT_OPTIONS |= {"visibility_timeout": int(os.environ.get("WORKER_VISIBILITY", "120"))}
CELERY_IMPORTS = ["tests.faults.handlers"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
