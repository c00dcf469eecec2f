from datetime import date

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet


def count_of(rows, name: str):
    mine = rows.order_by().filter(**{name: OuterRef("pk")}).values(name)
    return Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), 0)


class StudioQuerySet(ScopedQuerySet):
    def running(self):
        """What counts against the target: set up and not dissolved."""
        return self.filter(state__in=["ACTIVE", "REVIEWED"])

    def with_year(self, year: int, day: date):
        """Members of the day; plan items of the year, done and in all; outputs of the year."""
        related = {name: self.model._meta.get_field(name).related_model.objects for name in
                   ("members", "plan_items", "outputs")}  # fmt: skip
        items = related["plan_items"].filter(year=year)
        return self.annotate(
            member_count=count_of(related["members"].active_on(day), "studio"),
            planned=count_of(items, "studio"),
            done=count_of(items.done(), "studio"),
            output_count=count_of(related["outputs"].filter(on__year=year), "studio"),
        )


class OfStudioQuerySet(ScopedQuerySet):
    unit_lookup = "studio__unit"


class MemberQuerySet(OfStudioQuerySet):
    def active_on(self, day: date):
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)


class PlanItemQuerySet(OfStudioQuerySet):
    def done(self):
        return self.exclude(done_on=None)

    def open(self):
        return self.filter(done_on=None)


class OutputQuerySet(OfStudioQuerySet):
    def public(self):
        return self.filter(is_public=True)


class ReviewQuerySet(OfStudioQuerySet):
    def open(self):
        return self.filter(decision="")

    def with_sheet_count(self):
        sheets = self.model._meta.get_field("sheets").related_model.objects.all()
        return self.annotate(sheet_count=count_of(sheets, "review"))


class SheetQuerySet(ScopedQuerySet):
    unit_lookup = "review__studio__unit"

    def shown_to(self, user, review, wanted: int):
        """All of a review's sheets once all are in; before, one's own."""
        rows = self.filter(review=review).select_related("reviewer")
        return rows if rows.count() >= wanted else rows.filter(reviewer=user)
