from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.widgets.button import HeaderButton

from exams.licences.exchange import grouped
from exams.licences.filters import ResultFileFilters, ResultLineFilters, SubmissionFilters
from exams.licences.models import ResultFile, ResultLine, Submission
from exams.licences.services.dispatching import SEND, TAKE_IN, ready
from lms.kit.viewsets import ReadOnlyPolicy, ScopedViewSet

SHOWN = 50


class SubmissionIndex(IndexView):
    @property
    def header_buttons(self):
        user = self.request.user
        if not user.has_perm(SEND):
            return []
        return [
            HeaderButton(
                f"报送申请（{ready(user).count()}份待报送）", reverse("licences_files:send"), icon_name="upload"
            )
        ]


class SubmissionPage(InspectView):
    template_name = "licences/submission.html"

    def get_context_data(self, **kwargs):
        lines = self.object.lines.select_related("application__certificate__officer__unit").order_by("pk")
        return super().get_context_data(**kwargs) | {
            "row": self.object, "lines": lines[:SHOWN], "checksum": grouped(self.object.sha256),
            "answers": self.object.answers.with_counts().select_related("made_by"),
            "may_answer": self.request.user.has_perm(TAKE_IN),
        }  # fmt: skip


class SubmissionViewSet(ScopedViewSet):
    model = Submission
    policy_class = ReadOnlyPolicy
    icon = "upload"
    counted_in = "批"
    list_display = [
        "number", "made_at",
        Column("made_by", label="经办人", accessor="made_by.get_full_name"),
        Column("rows", label="申请份数", sort_key="rows"),
        Column("done", label="已核发/全部", accessor=lambda row: f"{row.done}/{row.rows}"),
        Column("refused", label="退回", sort_key="refused"),
        Column("waiting", label="待回复", sort_key="waiting"),
    ]  # fmt: skip
    search_fields = ["number"]
    filterset_class = SubmissionFilters
    index_view_class = SubmissionIndex
    inspect_view_class = SubmissionPage
    inspect_view_fields = ["number"]

    def read(self, rows):
        return rows.with_counts().select_related("unit", "made_by")


class ResultFileIndex(IndexView):
    @property
    def header_buttons(self):
        if not self.request.user.has_perm(TAKE_IN):
            return []
        return [HeaderButton("导入结果文件", reverse("licences_files:upload"), icon_name="upload")]


class ResultFilePage(InspectView):
    """对账: what the file did, and what is left to ask about."""

    template_name = "licences/result_file.html"

    def get_context_data(self, **kwargs):
        row = self.object
        lines = row.lines.select_related("certificate__officer__unit")
        return super().get_context_data(**kwargs) | {
            "row": row, "matched": row.done + row.unchanged, "checksum": grouped(row.sha256),
            "orphans": lines.filter(finding="ORPHAN")[:SHOWN], "missing": lines.filter(finding="MISSING")[:SHOWN],
            "lines": lines.filter(finding__in=ResultLine.MATCHED)[:SHOWN],
        }  # fmt: skip


def counts_of(row) -> str:
    return f"{row.done + row.unchanged}/{row.rows}"


class ResultFileViewSet(ScopedViewSet):
    model = ResultFile
    policy_class = ReadOnlyPolicy
    icon = "download"
    counted_in = "个文件"
    list_display = [
        "filename", Column("submission", label="回复的报送", sort_key="submission__number"), "made_at",
        Column("made_by", label="经办人", accessor="made_by.get_full_name"),
        Column("matched", label="对上/全部", accessor=counts_of),
        Column("orphan", label="对不上", sort_key="orphan"),
        Column("missing", label="未回复", sort_key="missing"),
    ]  # fmt: skip
    search_fields = ["filename", "sha256"]
    filterset_class = ResultFileFilters
    index_view_class = ResultFileIndex
    inspect_view_class = ResultFilePage
    inspect_view_fields = ["filename"]

    def read(self, rows):
        return rows.with_counts().select_related("unit", "made_by", "submission").defer("submission__content")


class ResultLineViewSet(ScopedViewSet):
    model = ResultLine
    policy_class = ReadOnlyPolicy
    icon = "list-ul"
    counted_in = "行"
    list_display = [
        Column("name", label="姓名", sort_key="name"), "staff_no",
        Column("file", label="结果文件", sort_key="file__filename"),
        Column("number", label="行", sort_key="number"), "result", "finding", "note",
    ]  # fmt: skip
    search_fields = ["staff_no", "name"]
    filterset_class = ResultLineFilters
    inspect_view_fields = ["file", "number", "staff_no", "name", "result", "finding", "certificate", "note"]

    def read(self, rows):
        return rows.select_related("file__unit", "certificate__officer").defer("file__content")
