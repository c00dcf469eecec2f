from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet

SELF_SERVICE = ("CLOSING", "PRACTICE")


class AnalysedExamQuerySet(ScopedQuerySet):
    """Exams that people have sat."""

    def over(self, now):
        """Handed in by somebody, and no window is still to come or open."""
        sittings = self.model._meta.get_field("sittings").related_model.objects
        attempts = self.model._meta.get_field("candidates").related_model._meta.get_field("attempt").related_model
        handed_in = attempts.objects.filter(candidate__exam=OuterRef("pk"), state="SUBMITTED")
        still = sittings.filter(exam=OuterRef("pk")).exclude(closes_at__lt=now)
        return self.filter(Exists(handed_in)).filter(Q(kind__in=SELF_SERVICE) | ~Exists(still))

    def with_standing(self):
        """`handed_in`, `analyses` and `analysed_at`."""
        candidates = self.model._meta.get_field("candidates").related_model.objects
        analyses = self.model._meta.get_field("analyses").related_model.objects
        handed_in = candidates.filter(attempt__state="SUBMITTED")

        def of(rows, **found):
            mine = rows.order_by().filter(exam=OuterRef("pk")).values("exam")
            return Subquery(mine.annotate(**found).values(next(iter(found))))

        return self.annotate(
            handed_in=Coalesce(of(handed_in, people=Count("pk")), 0),
            analyses_made=Coalesce(of(analyses, times=Count("pk")), 0),
            analysed_at=of(analyses, last=Max("made_at")),
        )


class AnalysisQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def latest(self):
        """The newest of each exam."""
        return self.filter(pk__in=self.model.objects.order_by("exam_id", "-pk").distinct("exam_id").values("pk"))


class StatisticQuerySet(ScopedQuerySet):
    """They belong to whoever keeps the question."""

    unit_lookup = "version__question__bank__unit"

    def newest(self):
        """Of each question version in each exam the last analysis."""
        latest = self.model._meta.get_field("analysis").related_model.objects.latest()
        return self.filter(analysis__in=latest)

    def weak(self):
        return self.filter(is_weak=True)


class OfAnalysisQuerySet(ScopedQuerySet):
    unit_lookup = "analysis__exam__unit"

    def newest(self):
        latest = self.model._meta.get_field("analysis").related_model.objects.latest()
        return self.filter(analysis__in=latest)
