"""The worker of the tests, signing by a seal that can die."""

from tests.faults.settings import *  # noqa: F403
from tests.faults.settings import CELERY_IMPORTS

CELERY_IMPORTS = [*CELERY_IMPORTS, "tests.lms.certificates.earning", "tests.faults.failpoints"]
SEAL_PROVIDER = "tests.faults.failpoints.Seal"
