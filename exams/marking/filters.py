import django_filters
from wagtail.admin.filters import WagtailFilterSet

from exams.marking.models import MarkingTask
from exams.sittings.models import Exam
from lms.people.filters import UnitFilter


class TaskFilters(WagtailFilterSet):
    exam = django_filters.ModelChoiceFilter(queryset=Exam.objects.all(), label="考试")
    unit = UnitFilter("exam__unit", "组织单位")

    class Meta:
        model = MarkingTask
        fields = ["exam", "round", "unit"]
