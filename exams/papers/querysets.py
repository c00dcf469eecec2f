from lms.kit.querysets import ScopedQuerySet


class BlueprintQuerySet(ScopedQuerySet):
    def approved(self):
        return self.filter(checked_at__isnull=False)


class SnapshotQuerySet(ScopedQuerySet):
    unit_lookup = "blueprint__unit"


class PaperQuerySet(ScopedQuerySet):
    unit_lookup = "snapshot__blueprint__unit"

    def sealed(self):
        return self.filter(checked_at__isnull=False)


class PaperItemQuerySet(ScopedQuerySet):
    unit_lookup = "paper__snapshot__blueprint__unit"
