import django_filters
from django.db.models import Q
from wagtail.admin.filters import WagtailFilterSet

from courses.catalogue.models import Topic
from exams.bank.models import QuestionBank
from exams.bank.types import LABELS
from exams.sittings.models import Exam
from exams.statistics.models import AnalysedExam, ItemAnalysis, ItemStatistic, PaceNote, SimilarPair
from exams.statistics.terms import Flag
from lms.people.filters import UnitFilter

YES, NO = "true", "false"


class YesNoFilter(django_filters.ChoiceFilter):
    """Yes or no in words: what is chosen stands over the list."""

    def __init__(self, **kwargs):
        super().__init__(choices=[(YES, "是"), (NO, "否")], **kwargs)

    def filter(self, rows, value):
        return super().filter(rows, value == YES if value in (YES, NO) else value)


class AnalysedExamFilters(WagtailFilterSet):
    done = YesNoFilter(field_name="analysed_at", lookup_expr="isnull", exclude=True, label="已分析")
    unit = UnitFilter("unit", "组织单位")

    class Meta:
        model = AnalysedExam
        fields = ["done", "kind", "level", "unit"]


class AnalysisFilters(WagtailFilterSet):
    exam = django_filters.ModelChoiceFilter(queryset=Exam.objects.all(), label="考试")
    unit = UnitFilter("exam__unit", "组织单位")

    class Meta:
        model = ItemAnalysis
        fields = ["exam", "unit"]


class Newest(WagtailFilterSet):
    """Lists of figures show the last analysis of each exam; an analysis of one's choice, when it is asked for."""

    analysis = django_filters.NumberFilter(field_name="analysis", label="分析编号")

    def filter_queryset(self, queryset):
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("analysis") else rows.newest()


class StatisticFilters(Newest):
    weak = YesNoFilter(field_name="is_weak", label="待审看")
    flag = django_filters.ChoiceFilter(label="标记", choices=Flag.choices, method="with_flag")
    exam = django_filters.ModelChoiceFilter(field_name="analysis__exam", queryset=Exam.objects.all(), label="考试")
    bank = django_filters.ModelChoiceFilter(
        field_name="version__question__bank", queryset=QuestionBank.objects.all(), label="题库"
    )
    type = django_filters.ChoiceFilter(field_name="version__question__type", choices=list(LABELS.items()), label="题型")
    topic = django_filters.ModelChoiceFilter(
        field_name="version__question__topic", queryset=Topic.objects.all(), label="专题"
    )
    question = django_filters.NumberFilter(field_name="version__question", label="试题编号")
    unit = UnitFilter("version__question__bank__unit")

    class Meta:
        model = ItemStatistic
        fields = ["weak", "flag", "exam", "bank", "type", "topic", "question", "analysis", "unit"]

    def with_flag(self, rows, name, value):
        return rows.filter(flags__contains=[value])


class SignalFilters(Newest):
    exam = django_filters.ModelChoiceFilter(field_name="analysis__exam", queryset=Exam.objects.all(), label="考试")
    unit = UnitFilter("analysis__exam__unit", "组织单位")


class PairFilters(SignalFilters):
    hall = YesNoFilter(field_name="same_hall", label="同一考场")
    near = YesNoFilter(label="相邻座位", method="seated_near")

    class Meta:
        model = SimilarPair
        fields = ["exam", "hall", "near", "analysis", "unit"]

    def seated_near(self, rows, name, value):
        near = Q(same_hall=True, seats_apart=1)
        return rows.filter(near) if value == YES else rows.exclude(near)


class PaceFilters(SignalFilters):
    class Meta:
        model = PaceNote
        fields = ["exam", "analysis", "unit"]
