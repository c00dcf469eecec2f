from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.results.filters import AppealFilters, RestsOnFilters
from exams.results.forms.office import DecideForm
from exams.results.models import ExamAppeal, RestsOn
from exams.results.services.deciding import DECIDE, accept, hand_back, involved
from exams.results.services.dependants import decide
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

State = ExamAppeal.State


class AppealPage(InspectView):
    """Both marks are the history's, which is not shown here."""

    template_name = "results/appealed.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        may_act = ExamAppeal.objects.within(user, DECIDE).filter(pk=row.pk).exists()
        why = involved(row, user)
        actions = self.viewset.open_actions(row, user) if may_act and not why else []
        return super().get_context_data(**kwargs) | {
            "row": row, "candidate": row.attempt.candidate, "exam": row.attempt.candidate.exam,
            "why": why if may_act and row.is_open else "",
            "is_handler": row.state == State.ACCEPTED and row.handler_id == user.pk and may_act,
            "acts": [{"label": action.label, "url": url} for action, url in actions],
        }  # fmt: skip


class AppealViewSet(ScopedViewSet):
    model = ExamAppeal
    policy_class = ReadOnlyPolicy
    icon = "help"
    counted_in = "项复核"
    list_display = [
        Column("number", label="准考证号", accessor="attempt.candidate.number", sort_key="attempt__candidate__number"),
        Column("exam", label="考试", accessor="attempt.candidate.exam", sort_key="attempt__candidate__exam__title"),
        Column("kind", label="类别", accessor="get_kind_display", sort_key="kind"),
        Column("subject", label="事项", accessor="subject", sort_key="slot"),
        "filed_at", Column("handler", label="复核人"),
        Column("state", label="状态", accessor="get_state_display", sort_key="state"),
        Column("result", label="结果", accessor="get_result_display", sort_key="result"),
    ]  # fmt: skip
    search_fields = ["attempt__candidate__number", "text"]
    filterset_class = AppealFilters
    inspect_view_class = AppealPage
    inspect_view_fields = ["kind"]
    actions = (
        Action(
            "accept", "受理", DECIDE, accept,
            lambda row: f"受理{row}，由您决定。评过这份答卷、参与过处理的人不能受理。",
            is_open=lambda row: row.state == State.FILED, icon="check",
        ),
        Action(
            "hand_back", "退回待受理", DECIDE, hand_back, lambda row: f"{row}退回待受理，由其他人办理。",
            is_open=lambda row: row.state == State.ACCEPTED, icon="undo",
        ),
    )  # fmt: skip

    def read(self, rows):
        people = (
            "attempt__candidate__officer",
            "attempt__candidate__exam__unit",
            "attempt__paper",
            "handler",
            "outcome",
        )
        return rows.select_related(*people)

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class RestsOnViewSet(ScopedViewSet):
    model = RestsOn
    policy_class = ReadOnlyPolicy
    icon = "warning"
    counted_in = "项"
    list_display = [
        "title",
        Column("officer", label="人员", accessor="outcome.attempt.candidate.officer",
               sort_key="outcome__attempt__candidate__officer__name"),
        Column("exam", label="失效的考试", accessor="outcome.attempt.candidate.exam"),
        Column("cause", label="缘由", accessor="outcome.get_cause_display", sort_key="outcome__cause"),
        "state", "note", Column("decided_by", label="决定人"),
    ]  # fmt: skip
    search_fields = ["title", "outcome__attempt__candidate__officer__name"]
    filterset_class = RestsOnFilters
    inspect_view_fields = ["title", "link", "state", "note", "decided_by", "decided_at"]
    actions = (
        Action(
            "decide", "决定", "results.decide_restson", decide,
            lambda row: f"“{row}”所依据的考试成绩已失效。保留，或先在相应页面办理再记为已另行处理。",
            DecideForm, lambda row: row.state == RestsOn.State.OPEN, "check",
        ),
    )  # fmt: skip

    def read(self, rows):
        people = ("officer__unit", "exam", "unit")
        joined = [f"outcome__attempt__candidate__{name}" for name in people]
        return rows.select_related(*joined, "decided_by")

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])
