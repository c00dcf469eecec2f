from datetime import date

import django_filters
from django.db.models import Count, Q
from django.utils import timezone

from courses.catalogue.models import Course, CourseVersion, Topic
from courses.catalogue.models.references import Level
from lms.rules.models import Layer, RuleVersion

COMPULSORY = "R36"
FOUND = 200


def module_labels() -> dict[str, str]:
    """The modules that are compulsory this year, by the rule that stands at its end, as the ledger counts."""
    version = RuleVersion.objects.in_force(COMPULSORY, date(timezone.localdate().year, 12, 31))
    items = version.formula["items"] if version else []
    return {item["key"]: item["label"] for item in items if item["value"] == "1"}


class CatalogueFilters(django_filters.FilterSet):
    """What stands in the catalogue's address. `begun` are the courses the reader has begun at any time."""

    q = django_filters.CharFilter(method="with_words", max_length=50)
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(), to_field_name="code", field_name="course__topics"
    )
    level = django_filters.ChoiceFilter(choices=Level.choices)
    layer = django_filters.ChoiceFilter(choices=Layer.choices)
    compulsory = django_filters.BooleanFilter(method="only_compulsory")
    fresh = django_filters.BooleanFilter(method="only_fresh")

    class Meta:
        model = CourseVersion
        fields = ["q", "topic", "level", "layer", "compulsory", "fresh"]

    def __init__(self, *args, begun, **kwargs):
        super().__init__(*args, **kwargs)
        self.begun = begun

    def with_words(self, versions, name, value):
        return versions.filter(course__in=[one.pk for one in Course.objects.live().search(value)[:FOUND]])

    def only_compulsory(self, versions, name, value):
        return versions.filter(module__in=list(module_labels())) if value else versions

    def only_fresh(self, versions, name, value):
        return versions.exclude(course__in=self.begun) if value else versions

    @property
    def asked(self) -> dict:
        """What is really asked for: without blanks and without what cannot be."""
        return {name: value for name, value in self.form.cleaned_data.items() if value} if self.form.is_valid() else {}


def topics_with_counts():
    """Topics of which there is at least one live course."""
    counted = Topic.objects.annotate(count=Count("courses", filter=Q(courses__live=True)))
    return counted.filter(count__gt=0).order_by("order", "code")
