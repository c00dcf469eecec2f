from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.widgets.button import HeaderButton

from exams.licences.filters import LevelResultFilters, OfficerStandingFilters
from exams.licences.models import EnforcementCertificate, LevelResult, OfficerStanding
from exams.licences.services.levels import EXPORT
from lms.kit.viewsets import ReadOnlyPolicy, ScopedViewSet

OF_OFFICER = "attempt__candidate__officer__"


class LevelIndex(IndexView):
    @property
    def header_buttons(self):
        if not self.request.user.has_perm(EXPORT):
            return []
        return [HeaderButton("等级结果文件（供组织人事）", reverse("licences_files:levels"), icon_name="download")]


class LevelPage(InspectView):
    """One result, among all that its officer has."""

    template_name = "licences/level.html"

    def get_context_data(self, **kwargs):
        rows = LevelResult.objects.visible_to(self.request.user).filter(attempt__candidate__officer=self.object.officer)
        return super().get_context_data(**kwargs) | {
            "row": self.object, "officer": self.object.officer,
            "history": rows.with_people().order_by("-attempt__candidate__sitting__opens_at"),
        }  # fmt: skip


class LevelResultViewSet(ScopedViewSet):
    model = LevelResult
    policy_class = ReadOnlyPolicy
    icon = "list-ol"
    counted_in = "项结果"
    list_display = [
        Column("officer", label="姓名", sort_key=f"{OF_OFFICER}name_pinyin"),
        Column("staff_no", label="人员编号", accessor="officer.staff_no", sort_key=f"{OF_OFFICER}staff_no"),
        Column("unit", label="单位", accessor="officer.unit", sort_key=f"{OF_OFFICER}unit__path"),
        Column("level", label="等级", accessor="candidate.exam.get_level_display", sort_key="attempt__candidate__exam__level"),
        Column("exam", label="考试", accessor="candidate.exam.title"),
        Column("sat_on", label="考试日期", sort_key="attempt__candidate__sitting__opens_at"),
        Column("score", label="得分/满分"),
        Column("pass_marks", label="合格分", accessor=lambda row: f"{row.pass_marks:.2f}"),
        Column("passed", label="结果", accessor=lambda row: "合格" if row.is_passed else "不合格", sort_key="is_passed"),
    ]  # fmt: skip
    search_fields = [f"{OF_OFFICER}name", f"{OF_OFFICER}staff_no"]
    filterset_class = LevelResultFilters
    index_view_class = LevelIndex
    inspect_view_class = LevelPage
    inspect_view_fields = ["is_passed"]

    def read(self, rows):
        return rows.with_people()


class StandingPage(InspectView):
    template_name = "licences/standing.html"

    def get_context_data(self, **kwargs):
        papers = EnforcementCertificate.objects.visible_to(self.request.user).filter(officer=self.object.pk)
        return super().get_context_data(**kwargs) | {
            "row": self.object, "standing": self.object.standing, "papers": papers.order_by("-pk"),
        }  # fmt: skip


class OfficerStandingViewSet(ScopedViewSet):
    """Who may be sent out today: the list and its export are asked anew each time."""

    model = OfficerStanding
    policy_class = ReadOnlyPolicy
    icon = "check"
    counted_in = "人"
    list_display = [
        "name", "staff_no",
        Column("unit", label="单位", sort_key="unit__path"),
        Column("status", label="状态", accessor="get_status_display", sort_key="status"),
        Column("deployable", label="上岗", accessor="standing.label"),
        Column("why", label="说明", accessor="standing.words"),
        Column("number", label="证号", accessor=lambda row: row.licence.number or "" if row.licence else ""),
    ]  # fmt: skip
    sort_keys = {"name": "name_pinyin"}
    search_fields = ["name", "staff_no"]
    filterset_class = OfficerStandingFilters
    inspect_view_class = StandingPage
    inspect_view_fields = ["name"]

    def read(self, rows):
        return rows.in_service().with_licence()
