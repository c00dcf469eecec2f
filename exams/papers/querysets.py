from django.db.models import F, OuterRef, Subquery, Sum

from exams.bank.models import Question, QuestionVersion
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


class PairQuerySet(ScopedQuerySet):
    """Whoever may see both questions: a pair tells something of either."""

    unit_lookup = "first__bank__unit"

    def visible_to(self, user):
        return super().visible_to(user).filter(second__in=Question.objects.visible_to(user))

    def within(self, user, permission: str):
        return super().within(user, permission).filter(user.scope_filter(permission, "second__bank__unit"))

    def with_stems(self):
        """`first_stem` and `second_stem`: what the newest version of each asks."""
        versions = QuestionVersion.objects.order_by("-number")
        newest = {one: versions.filter(question=OuterRef(one)).values("stem_text")[:1] for one in ("first", "second")}
        return self.annotate(**{f"{one}_stem": Subquery(rows) for one, rows in newest.items()})
