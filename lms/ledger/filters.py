import django_filters
from wagtail.admin.filters import WagtailFilterSet

from lms.ledger.models import Correction, Entry, ImportedRecord, Obligation
from lms.people.filters import UnitFilter


class EntryFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度")
    unit = UnitFilter("officer__unit")

    class Meta:
        model = Entry
        fields = ["year", "layer", "counts_hours", "counts_credits", "unit"]


class ObligationFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度")
    unit = UnitFilter("officer__unit")

    class Meta:
        model = Obligation
        fields = ["year", "unit"]


class ImportedRecordFilters(WagtailFilterSet):
    unit = UnitFilter("officer__unit")

    class Meta:
        model = ImportedRecord
        fields = ["batch", "layer", "unit"]


class CorrectionFilters(WagtailFilterSet):
    STATES = [("open", "待复核"), ("done", "已冲正")]

    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="in_state")
    unit = UnitFilter("entry__officer__unit")

    class Meta:
        model = Correction
        fields = ["state", "unit"]

    def in_state(self, rows, name, value):
        return rows.open() if value == "open" else rows.exclude(checked_by=None)
