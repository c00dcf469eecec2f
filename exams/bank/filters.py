import django_filters
from django.db.models import F, Q
from wagtail.admin.filters import WagtailFilterSet

from courses.catalogue.models import Topic
from exams.bank.models import ImportBatch, Question, QuestionBank
from lms.people.filters import UnitFilter


class QuestionBankFilters(WagtailFilterSet):
    unit = UnitFilter("unit")

    class Meta:
        model = QuestionBank
        fields = ["is_for_practice", "unit"]


class QuestionFilters(WagtailFilterSet):
    AT = {"pending": "待审", "returned": "退回待改", "checked": "已审待启用"}

    bank = django_filters.ModelChoiceFilter(label="题库", queryset=QuestionBank.objects.all())
    topic = django_filters.ModelChoiceFilter(label="专题", queryset=Topic.objects.all())
    item = django_filters.CharFilter(label="事项代码", field_name="item_codes__code", lookup_expr="iexact")
    at = django_filters.ChoiceFilter(label="最新版本", choices=list(AT.items()), method="at_step")
    resting = django_filters.BooleanFilter(label="依据已失效", method="on_superseded")
    unit = UnitFilter("bank__unit")

    class Meta:
        model = Question
        fields = ["bank", "state", "at", "type", "topic", "level", "difficulty", "item", "resting", "unit"]

    def at_step(self, rows, name, value):
        unchecked = Q(newest_checked_by=None)
        step = {
            "pending": unchecked & Q(newest_returned_at=None),
            "returned": unchecked & Q(newest_returned_at__isnull=False),
            "checked": ~unchecked & ~Q(state="RETIRED") & (Q(current=None) | ~Q(current=F("newest_pk"))),
        }
        return rows.filter(step[value])

    def on_superseded(self, rows, name, value):
        keys = Question.objects.resting_on_superseded().values("pk")
        return rows.filter(pk__in=keys) if value else rows.exclude(pk__in=keys)


class ImportBatchFilters(WagtailFilterSet):
    bank = django_filters.ModelChoiceFilter(label="题库", queryset=QuestionBank.objects.all())
    unit = UnitFilter("bank__unit")

    class Meta:
        model = ImportBatch
        fields = ["bank", "format", "unit"]
