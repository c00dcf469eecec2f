import django_filters
from django.db.models import Q
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet

from courses.development.models import (
    Claim,
    CourseDevelopmentGroup,
    CrowdCall,
    DevelopmentProject,
    Output,
    PeerReview,
    Work,
)
from lms.people.filters import UnitFilter


class GroupFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "牵头单位")

    class Meta:
        model = CourseDevelopmentGroup
        fields = ["state", "unit"]


class ProjectFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "牵头单位")
    late = django_filters.BooleanFilter(label="逾期", method="is_late")
    flagship = django_filters.BooleanFilter(label="精品", field_name="course__is_flagship")

    class Meta:
        model = DevelopmentProject
        fields = ["stage", "group", "unit", "late", "flagship"]

    def is_late(self, rows, name, value):
        late = Q(due_on__lt=timezone.localdate()) & ~Q(stage__in=["PUBLISHED", "STOPPED"])
        return rows.filter(late) if value else rows.exclude(late)


class CallFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "征集单位")

    class Meta:
        model = CrowdCall
        fields = ["state", "unit"]


class ClaimFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "认领单位")
    call = django_filters.ModelChoiceFilter(label="众筹", queryset=CrowdCall.objects.all())

    class Meta:
        model = Claim
        fields = ["state", "call", "unit"]


class WorkFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "编写单位")

    class Meta:
        model = Work
        fields = ["form", "state", "unit"]


class OutputFilters(WagtailFilterSet):
    STANDINGS = {"open": "未采用", "adopted": "已采用", "revoked": "已撤销采用"}

    unit = UnitFilter("unit", "制作单位")
    standing = django_filters.ChoiceFilter(label="状态", choices=list(STANDINGS.items()), method="in_standing")

    class Meta:
        model = Output
        fields = ["kind", "standing", "unit"]

    def in_standing(self, rows, name, value):
        known = {
            "open": Q(checked_by=None),
            "adopted": Q(checked_by__isnull=False, revoked_at=None),
            "revoked": Q(revoked_at__isnull=False),
        }
        return rows.filter(known[value])


class ReviewFilters(WagtailFilterSet):
    STANDINGS = {"late": "逾期", "to_do": "待完成", "sent": "已提交"}

    unit = UnitFilter("submission__output__unit", "制作单位")
    standing = django_filters.ChoiceFilter(label="进度", choices=list(STANDINGS.items()), method="in_standing")

    class Meta:
        model = PeerReview
        fields = ["standing", "unit"]

    def in_standing(self, rows, name, value):
        if value == "late":
            return rows.to_do().filter(due_on__lt=timezone.localdate())
        return rows.to_do() if value == "to_do" else rows.sent()
