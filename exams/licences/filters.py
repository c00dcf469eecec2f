import django_filters
from django.utils import timezone
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from courses.catalogue.models.references import Level
from exams.licences.models import (
    Application,
    ApplicationBatch,
    CancellationProposal,
    EnforcementCertificate,
    LevelResult,
    OfficerStanding,
    ResultFile,
    ResultLine,
    Submission,
    Transition,
)
from exams.licences.services.terms import terms_on
from lms.people.filters import UnitFilter

ENDS = {"due": "换证名单（规定期限内到期）", "30": "30日内到期", "expired": "已过有效期"}


class CertificateFilters(WagtailFilterSet):
    ends = django_filters.ChoiceFilter(label="到期", choices=list(ENDS.items()), method="by_end")
    deployable = django_filters.BooleanFilter(label="可上岗执法", method="by_deployable")
    unit = UnitFilter("officer__unit")

    class Meta:
        model = EnforcementCertificate
        fields = ["state", "ends", "deployable", "unit"]

    def by_end(self, rows, name, value):
        today = timezone.localdate()
        if value == "expired":
            return rows.held().filter(valid_until__lt=today)
        days = terms_on(today).terms.due_days if value == "due" else int(value)
        return rows.expiring(today, days).filter(valid_until__gte=today)

    def by_deployable(self, rows, name, value):
        able = EnforcementCertificate.objects.deployable(timezone.localdate()).values("pk")
        return rows.filter(pk__in=able) if value else rows.exclude(pk__in=able)


class ApplicationFilters(WagtailFilterSet):
    made_at = django_filters.DateFromToRangeFilter(label="申请日期", widget=DateRangePickerWidget)
    batch = django_filters.ModelChoiceFilter(label="批次", queryset=ApplicationBatch.objects.all())
    unit = UnitFilter("certificate__officer__unit")

    class Meta:
        model = Application
        fields = ["state", "kind", "fault", "batch", "made_at", "unit"]


class BatchFilters(WagtailFilterSet):
    unit = UnitFilter("unit")

    class Meta:
        model = ApplicationBatch
        fields = ["unit"]


class TransitionFilters(WagtailFilterSet):
    effective_on = django_filters.DateFromToRangeFilter(label="生效日期", widget=DateRangePickerWidget)
    unit = UnitFilter("certificate__officer__unit")

    class Meta:
        model = Transition
        fields = ["to_state", "effective_on", "unit"]


class ProposalFilters(WagtailFilterSet):
    is_open = django_filters.ChoiceFilter(
        label="处理情况", choices=[("1", "待处理"), ("0", "已处理")], method="by_open"
    )
    unit = UnitFilter("certificate__officer__unit")

    class Meta:
        model = CancellationProposal
        fields = ["is_open", "cause", "unit"]

    def by_open(self, rows, name, value):
        return rows.filter(decision="") if value == "1" else rows.exclude(decision="")


class SubmissionFilters(WagtailFilterSet):
    made_at = django_filters.DateFromToRangeFilter(label="报送日期", widget=DateRangePickerWidget)

    class Meta:
        model = Submission
        fields = ["made_at"]


class ResultFileFilters(WagtailFilterSet):
    submission = django_filters.ModelChoiceFilter(label="回复的报送", queryset=Submission.objects.defer("content"))
    made_at = django_filters.DateFromToRangeFilter(label="导入日期", widget=DateRangePickerWidget)

    class Meta:
        model = ResultFile
        fields = ["submission", "made_at"]


class ResultLineFilters(WagtailFilterSet):
    file = django_filters.ModelChoiceFilter(label="结果文件", queryset=ResultFile.objects.defer("content"))

    class Meta:
        model = ResultLine
        fields = ["file", "finding"]


class LevelResultFilters(WagtailFilterSet):
    level = django_filters.ChoiceFilter(
        label="等级", choices=Level.choices, field_name="attempt__candidate__exam__level"
    )
    is_passed = django_filters.BooleanFilter(label="合格")
    sat_on = django_filters.DateFromToRangeFilter(
        label="考试日期", field_name="attempt__candidate__sitting__opens_at", widget=DateRangePickerWidget
    )
    unit = UnitFilter("attempt__candidate__officer__unit")

    class Meta:
        model = LevelResult
        fields = ["level", "is_passed", "sat_on", "unit"]


class OfficerStandingFilters(WagtailFilterSet):
    deployable = django_filters.BooleanFilter(label="可上岗", method="by_deployable")
    unit = UnitFilter("unit")

    class Meta:
        model = OfficerStanding
        fields = ["deployable", "unit", "status"]

    def by_deployable(self, rows, name, value):
        today = timezone.localdate()
        return rows.deployable(today) if value else rows.not_deployable(today)
