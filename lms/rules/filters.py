from datetime import date

import django_filters
from wagtail.admin.filters import WagtailFilterSet

from lms.rules.models import Rule, RuleVersion, YearLabel


class RuleFilters(WagtailFilterSet):
    source = django_filters.ChoiceFilter(label="来源", choices=RuleVersion.Source.choices, method="by_current")
    is_confirmed = django_filters.ChoiceFilter(
        label="是否确认", choices=[("True", "已确认"), ("False", "默认值，待确认")], method="by_current"
    )

    class Meta:
        model = Rule
        fields = ["shape", "source", "is_confirmed"]

    def by_current(self, rows, name, value):
        return rows.filter(current_id__in=RuleVersion.objects.filter(**{name: value}).values("pk"))


class RuleVersionFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label="状态", choices=[("drafts", "待审批"), ("approved", "已批准")], method="in_state"
    )

    class Meta:
        model = RuleVersion
        fields = ["state", "source", "rule"]

    def in_state(self, rows, name, value):
        return getattr(rows, value)()


class YearLabelFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度", method="in_year")

    class Meta:
        model = YearLabel
        fields = ["code_list", "year"]

    def in_year(self, rows, name, value):
        return rows.filter(from_year__lte=min(value, date.max.year))
