from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup

from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet
from lms.ledger.filters import CorrectionFilters, EntryFilters, ImportedRecordFilters, ObligationFilters
from lms.ledger.forms import CorrectionForm
from lms.ledger.models import Correction, Entry, ImportedRecord, Obligation
from lms.ledger.services.corrections import carry_out, propose_correction

PERSON = ["officer__name", "officer__staff_no"]


class EntryViewSet(ScopedViewSet):
    model = Entry
    policy_class = ReadOnlyPolicy
    icon = "form"
    list_display = [
        "title",
        Column("officer", label="人员", sort_key="officer__name_pinyin"),
        Column("unit", label="当时单位"),
        "occurred_on", "hours", "credits", "layer", "counts_hours", "counts_credits", "capped_hours",
    ]  # fmt: skip
    search_fields = [*PERSON, "title"]
    filterset_class = EntryFilters
    inspect_view_fields = [
        "officer", "unit", "year", "occurred_on", "posted_at", "title", "hours", "credits", "capped_hours",
        "capped_credits", "layer", "kind", "category", "module", "counts_hours", "counts_credits", "evidence",
        "rule_version", "reverses", "posted_by", "note", "stream", "seq", "row_hash",
    ]  # fmt: skip
    actions = (
        Action(
            "correct", "申请更正", "ledger.propose_entry", propose_correction,
            lambda entry: f"申请冲正{entry.officer}的“{entry.title}”（{entry.hours}学时、{entry.credits}学分）。"
            "台账暂不变动；经另一人复核后写入一条方向相反的条目，原条目保留。",
            CorrectionForm,
            is_open=lambda entry: not entry.reverses_id and not hasattr(entry, "reversed_by"),
            icon="undo",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("officer", "unit", "reversed_by", "rule_version__rule", "reverses")


class ObligationViewSet(ScopedViewSet):
    model = Obligation
    policy_class = ReadOnlyPolicy
    icon = "calendar-check"
    counted_in = "人次"
    list_display = [
        "officer",
        Column("staff_no", label="人员编号", accessor="officer.staff_no", sort_key="officer__staff_no"),
        Column("unit", label="单位", accessor="officer.unit", sort_key="officer__unit__path"),
        "year", "hours",
        Column("got_hours", label="已得学时", sort_key="got_hours"),
        "credits",
        Column("got_credits", label="已得学分", sort_key="got_credits"),
        "reason",
    ]  # fmt: skip
    sort_keys = {"officer": "officer__name_pinyin"}
    search_fields = PERSON
    filterset_class = ObligationFilters
    inspect_view_fields = ["officer", "year", "hours", "credits", "months", "reason", "rule_version"]

    def read(self, rows):
        return rows.with_totals().select_related("officer__unit", "rule_version__rule")


class ImportedRecordViewSet(ScopedViewSet):
    model = ImportedRecord
    policy_class = ReadOnlyPolicy
    icon = "upload"
    list_display = [
        "source_key", Column("officer", label="人员", sort_key="officer__name_pinyin"), "title", "occurred_on",
        "layer", "hours", "credits", "batch", "row_number",
    ]  # fmt: skip
    search_fields = [*PERSON, "source_key", "title"]
    filterset_class = ImportedRecordFilters

    def read(self, rows):
        return rows.select_related("officer")


class CorrectionViewSet(ScopedViewSet):
    model = Correction
    policy_class = ReadOnlyPolicy
    icon = "undo"
    list_display = [
        "entry",
        Column("officer", label="人员", accessor="entry.officer"),
        Column("state", label="状态", accessor=lambda row: "已冲正" if row.is_checked else "待复核"),
        "reason", "made_by", DateColumn("made_at", label="申请时间", sort_key="made_at"), "checked_by",
    ]  # fmt: skip
    search_fields = ["entry__officer__name", "entry__officer__staff_no", "reason"]
    filterset_class = CorrectionFilters
    inspect_view_fields = ["entry", "reason", "evidence_note", "made_by", "made_at", "checked_by", "checked_at"]
    actions = (
        Action(
            "carry-out", "复核", "ledger.check_entry", carry_out,
            lambda row: f"复核同意后立即冲正{row.entry.officer}的“{row.entry.title}”：减少{row.entry.hours}学时、"
            f"{row.entry.credits}学分。理由：{row.reason}。此操作不能撤回。",
            is_open=lambda row: not row.is_checked, icon="check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("entry__officer__unit", "made_by", "checked_by")


class LedgerGroup(ModelViewSetGroup):
    items = (EntryViewSet, ObligationViewSet, ImportedRecordViewSet, CorrectionViewSet)
    menu_label, menu_name, menu_icon, menu_order = "台账", "ledger", "form", 210
