from django.db.models import Q
from django.utils import timezone

from lms.kit.querysets import ScopedQuerySet


class BankQuerySet(ScopedQuerySet):
    def for_practice(self):
        return self.filter(is_for_practice=True)


class QuestionQuerySet(ScopedQuerySet):
    unit_lookup = "bank__unit"

    def resting_on_superseded(self):
        """Those whose version in use cites a legal source that is no longer in force."""
        return self.filter(current__sources__superseded_on__lte=timezone.localdate()).distinct()

    def usable(self):
        """What a new paper may take: active, and resting on nothing superseded today, whatever was marked so far."""
        superseded = self.model.objects.filter(current__sources__superseded_on__lte=timezone.localdate()).values("pk")
        return self.filter(Q(state="ACTIVE", current__isnull=False)).exclude(pk__in=superseded)


class QuestionVersionQuerySet(ScopedQuerySet):
    unit_lookup = "question__bank__unit"


class ImportBatchQuerySet(ScopedQuerySet):
    unit_lookup = "bank__unit"
