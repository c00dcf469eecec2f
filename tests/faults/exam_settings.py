"""The web server of the fault tests: the database and broker of a plant of its own, connections kept as in earnest."""

from lms.settings.test import *  # noqa: F403
from lms.settings.test import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = None
WSGI_APPLICATION = "tests.faults.exam_wsgi.application"
