from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.papers.printing import key_lines
from exams.sittings.filters import CorrectionFilters, RegradeFilters
from exams.sittings.models import KeyCorrection, Regrade
from exams.sittings.services.regrades import lines_of
from exams.sittings.services.scoring import check_correction
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

CHECK = "sittings.check_keycorrection"


class CorrectionPage(InspectView):
    template_name = "sittings/correction.html"

    def get_context_data(self, **kwargs):
        actions = self.viewset.open_actions(self.object, self.request.user)
        return super().get_context_data(**kwargs) | {
            "row": self.object,
            "before": key_lines(self.object.version.content),
            "after": key_lines(self.object.content) if self.object.content else [],
            "acts": [{"label": action.label, "url": url} for action, url in actions],
        }


class CorrectionViewSet(ScopedViewSet):
    model = KeyCorrection
    policy_class = ReadOnlyPolicy
    icon = "edit"
    counted_in = "项更正"
    list_display = [
        Column("version", label="试题", accessor=lambda row: row.version.stem_text[:40], sort_key="version"),
        Column("exam", label="考试", sort_key="exam__title"),
        "treatment", "reason",
        Column("made_by", label="经办人"), Column("checked_by", label="复核人"),
        Column("state", label="状态", accessor=lambda row: "已复核" if row.is_checked else "待复核"),
    ]  # fmt: skip
    search_fields = ["reason", "exam__title"]
    filterset_class = CorrectionFilters
    inspect_view_class = CorrectionPage
    inspect_view_fields = ["treatment"]
    actions = (
        Action(
            "check", "复核通过", CHECK, check_correction,
            lambda row: f"“{row.version.stem_text[:40]}”{row.get_treatment_display()}。复核后仍须重新计分，得分才会变化。",
            is_open=lambda row: not row.is_checked, icon="check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("exam__unit", "version__question", "made_by", "checked_by")

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class RegradePage(InspectView):
    template_name = "sittings/regrade.html"

    def get_context_data(self, **kwargs):
        words = self.request.GET.get("q", "").strip()
        lines = lines_of(self.object, self.request.user)
        shown = [line for line in lines if words in line.number] if words else lines
        return super().get_context_data(**kwargs) | {
            "row": self.object, "lines": shown, "q": words, "changed": len(self.object.differences),
        }  # fmt: skip


class RegradeViewSet(ScopedViewSet):
    model = Regrade
    policy_class = ReadOnlyPolicy
    icon = "rotate"
    counted_in = "次"
    list_display = [
        Column("exam", label="考试", sort_key="exam__title"),
        "made_at", Column("made_by", label="经办人"),
        Column("changed", label="有变化/重算", accessor=lambda row: f"{len(row.differences)}/{row.looked_at}份"),
    ]  # fmt: skip
    search_fields = ["exam__title"]
    filterset_class = RegradeFilters
    inspect_view_class = RegradePage
    inspect_view_fields = ["looked_at"]

    def read(self, rows):
        return rows.select_related("exam__unit", "made_by")
