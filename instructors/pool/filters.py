from datetime import timedelta

import django_filters
from django.db.models import Exists, OuterRef
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet

from instructors.pool.models import Appointment, Instructor, Level, Nomination, PodiumMember, SelectionRound, YearReview
from lms.people.filters import UnitFilter

YES_NO = [("yes", "是"), ("no", "否")]
SOON = timedelta(days=183)


class InstructorFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "管理单位")
    active = django_filters.ChoiceFilter(label="今日可授课", choices=YES_NO, method="only_active")
    level = django_filters.ChoiceFilter(label="级别", choices=Level.choices, method="of_level")
    topic = django_filters.CharFilter(label="专题", method="of_topic")
    item = django_filters.CharFilter(label="执法事项", method="of_item")

    class Meta:
        model = Instructor
        fields = ["unit", "level", "active", "topic", "item"]

    def only_active(self, rows, name, value):
        active = rows.model.objects.active_on(timezone.localdate()).values("pk")
        return rows.filter(pk__in=active) if value == "yes" else rows.exclude(pk__in=active)

    def _held(self, rows, **lookup):
        held = Appointment.objects.in_force_on(timezone.localdate()).filter(instructor=OuterRef("pk"), **lookup)
        return rows.filter(Exists(held))

    def of_level(self, rows, name, value):
        return self._held(rows, level=value)

    def of_topic(self, rows, name, value):
        return self._held(rows, topics__name__icontains=value)

    def of_item(self, rows, name, value):
        return self._held(rows, items__code__icontains=value)


class AppointmentFilters(WagtailFilterSet):
    STATES = {"proposed": "待审批", "in_force": "在聘", "ending": "半年内届满", "ended": "已退出", "refused": "已退回"}

    unit = UnitFilter("unit", "聘任单位")
    state = django_filters.ChoiceFilter(label="状态", choices=list(STATES.items()), method="in_state")
    year = django_filters.NumberFilter(field_name="during__startswith", lookup_expr="year", label="起聘年度")
    is_new = django_filters.ChoiceFilter(label="新聘", choices=YES_NO, method="only_new")

    class Meta:
        model = Appointment
        fields = ["unit", "level", "state", "year", "is_new", "end_reason"]

    def only_new(self, rows, name, value):
        return rows.filter(renews__isnull=value == "yes")

    def in_state(self, rows, name, value):
        today = timezone.localdate()
        found = {
            "proposed": rows.proposed,
            "in_force": lambda: rows.in_force_on(today),
            "ending": lambda: rows.in_force_on(today).filter(during__endswith__lte=today + SOON),
            "ended": lambda: rows.exclude(end_reason=""),
            "refused": lambda: rows.filter(refused_at__isnull=False),
        }
        return found[value]()


class RoundFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "选聘单位")

    class Meta:
        model = SelectionRound
        fields = ["unit", "year", "level", "state"]


class NominationFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "人选单位")
    level = django_filters.ChoiceFilter(field_name="round__level", label="级别", choices=SelectionRound.LEVELS)
    year = django_filters.NumberFilter(field_name="round__year", label="年度")

    class Meta:
        model = Nomination
        fields = ["round", "unit", "level", "year", "state", "source"]


class YearReviewFilters(WagtailFilterSet):
    unit = UnitFilter("instructor__unit", "管理单位")
    met = django_filters.ChoiceFilter(label="达标", choices=YES_NO, method="has_met")
    open = django_filters.ChoiceFilter(label="待决定", choices=YES_NO, method="is_open")

    class Meta:
        model = YearReview
        fields = ["year", "unit", "met", "open", "decision"]

    def has_met(self, rows, name, value):
        return rows.filter(is_met=value == "yes")

    def is_open(self, rows, name, value):
        return rows.filter(decision="") if value == "yes" else rows.exclude(decision="")


class PodiumFilters(WagtailFilterSet):
    has_lectured = django_filters.ChoiceFilter(label="今年已上讲台", choices=YES_NO, method="lectured")
    unit = UnitFilter("officer__unit", "单位")

    class Meta:
        model = PodiumMember
        fields = ["unit", "has_lectured"]

    def lectured(self, rows, name, value):
        return rows.filter(lectures__gt=0) if value == "yes" else rows.filter(lectures=0)
