import django_filters
from django.db.models import Q
from wagtail.admin.filters import WagtailFilterSet

from courses.learning.models import CourseProgress, WatchSpan
from lms.people.filters import UnitFilter


class CourseProgressFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度")
    unit = UnitFilter("officer__unit")

    class Meta:
        model = CourseProgress
        fields = ["year", "unit"]


class WatchSpanFilters(WagtailFilterSet):
    unit = UnitFilter("progress__officer__unit")

    class Meta:
        model = WatchSpan
        fields = ["state", "reason", "unit"]


class DoubtFilters(django_filters.FilterSet):
    """Time in doubt, for whoever decides many stretches at once."""

    q = django_filters.CharFilter(method="by_words", label="姓名、编号或课程")
    unit = UnitFilter("progress__officer__unit")

    class Meta:
        model = WatchSpan
        fields = ["q", "reason", "unit"]

    def by_words(self, rows, name, words):
        names = ("progress__officer__name", "progress__officer__staff_no", "progress__version__title")
        found = Q()
        for one in names:
            found |= Q(**{f"{one}__icontains": words.strip()})
        return rows.filter(found)
