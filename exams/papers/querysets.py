from django.db.models import F, Sum

from lms.kit.querysets import ScopedQuerySet


class BlueprintQuerySet(ScopedQuerySet):
    def approved(self):
        return self.filter(checked_at__isnull=False)

    def with_totals(self):
        """`questions` and `marks` of each one's cells."""
        return self.annotate(questions=Sum("cells__count"), marks=Sum(F("cells__count") * F("cells__marks")))


class SnapshotQuerySet(ScopedQuerySet):
    unit_lookup = "blueprint__unit"


class PaperQuerySet(ScopedQuerySet):
    unit_lookup = "snapshot__blueprint__unit"

    def sealed(self):
        return self.filter(checked_at__isnull=False)


class PaperItemQuerySet(ScopedQuerySet):
    unit_lookup = "paper__snapshot__blueprint__unit"
