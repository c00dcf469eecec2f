from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from lms.kit.querysets import ScopedQuerySet

OPEN = ("QUEUED", "RUNNING", "PAUSED")
LOCK = 7301  # the first half of the advisory lock, the job's id is the second
LOCKED = """SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class JobQuerySet(ScopedQuerySet):
    owner_lookup = "actor"

    def open(self) -> QuerySet:
        return self.filter(state__in=OPEN)

    def abandoned(self) -> QuerySet:
        """Said to be running, though no connection holds their lock: the worker was killed."""
        return self.filter(state="RUNNING").exclude(pk__in=RawSQL(LOCKED, [LOCK]))  # noqa: S611

    def forgotten(self, after: timedelta) -> QuerySet:
        """Queued and sent long ago, so that the broker has perhaps lost them; sending again does no harm."""
        return self.filter(state="QUEUED").exclude(outbox__sent_at__gte=timezone.now() - after)
