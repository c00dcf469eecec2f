import django_filters
from wagtail.admin.filters import WagtailFilterSet

from exams.results.models import ExamAppeal, ExamVoiding, Release, RestsOn, Revision
from exams.sittings.models import Exam, Outcome
from lms.people.filters import UnitFilter

WAITING = {"waiting": "待复核", "done": "已办理", "refused": "已退回"}


class OfExam(WagtailFilterSet):
    exam = django_filters.ModelChoiceFilter(queryset=Exam.objects.all(), label="考试")


class ProposedFilters(OfExam):
    standing = django_filters.ChoiceFilter(label="状态", choices=list(WAITING.items()), method="in_standing")

    def in_standing(self, rows, name, value):
        found = {
            "waiting": {"checked_by": None, "refused_at": None},
            "done": {"checked_by__isnull": False},
            "refused": {"refused_at__isnull": False},
        }
        return rows.filter(**found[value])


class ReleaseFilters(ProposedFilters):
    class Meta:
        model = Release
        fields = ["standing", "exam"]


class VoidingFilters(ProposedFilters):
    class Meta:
        model = ExamVoiding
        fields = ["standing", "exam"]


class RevisionFilters(ProposedFilters):
    class Meta:
        model = Revision
        fields = ["standing", "exam"]


class OutcomeFilters(WagtailFilterSet):
    exam = django_filters.ModelChoiceFilter(
        field_name="attempt__candidate__exam", queryset=Exam.objects.all(), label="考试"
    )
    is_passed = django_filters.BooleanFilter(label="合格")
    unit = UnitFilter("attempt__candidate__unit", "报考时单位")

    class Meta:
        model = Outcome
        fields = ["exam", "is_passed", "cause", "unit"]


class AppealFilters(WagtailFilterSet):
    exam = django_filters.ModelChoiceFilter(
        field_name="attempt__candidate__exam", queryset=Exam.objects.all(), label="考试"
    )

    class Meta:
        model = ExamAppeal
        fields = ["state", "kind", "result", "exam"]


class RestsOnFilters(WagtailFilterSet):
    unit = UnitFilter("outcome__attempt__candidate__unit", "单位")

    class Meta:
        model = RestsOn
        fields = ["state", "unit"]
