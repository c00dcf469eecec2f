from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.results.filters import OutcomeFilters
from exams.sittings.models import Outcome
from lms.kit.viewsets import ReadOnlyPolicy, ScopedViewSet


def plain(number) -> str:
    return f"{number.normalize():f}"


def marks_of(row) -> str:
    return "作废" if row.is_void else f"{plain(row.marks)}/{plain(row.full)}"


def verdict_of(row) -> str:
    if row.is_void:
        return "已作废"
    return "合格" if row.is_passed else "不合格"


def unit_of(row) -> str:
    candidate = row.attempt.candidate
    return candidate.facts.get("unit_name") or str(candidate.unit)


class OutcomePage(InspectView):
    """Its earlier versions too, for whoever may see how a result came about."""

    template_name = "results/outcome.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        versions = Outcome.objects.visible_to(user).filter(attempt=row.attempt_id).order_by("-number")
        return super().get_context_data(**kwargs) | {
            "row": row, "candidate": row.attempt.candidate, "versions": versions, "verdict": verdict_of(row),
            "sees_history": user.has_perm("sittings.view_outcome_history"),
        }  # fmt: skip


class OutcomeViewSet(ScopedViewSet):
    model = Outcome
    policy_class = ReadOnlyPolicy
    icon = "list-ul"
    counted_in = "条"
    ordering = ["-made_at", "-pk"]
    list_display = [
        Column("number", label="准考证号", accessor="attempt.candidate.number", sort_key="attempt__candidate__number"),
        Column("officer", label="姓名", accessor="attempt.candidate.officer", sort_key="attempt__candidate__officer__name"),
        Column("unit", label="报考时单位", accessor=unit_of, sort_key="attempt__candidate__unit__path"),
        Column("exam", label="考试", accessor="attempt.candidate.exam", sort_key="attempt__candidate__exam__title"),
        Column("marks", label="得分/满分", accessor=marks_of),
        Column("pass_marks", label="合格分", accessor=lambda row: plain(row.pass_marks)),
        Column("verdict", label="结果", accessor=verdict_of, sort_key="is_passed"),
        Column("version", label="第几版", accessor="number", sort_key="number"),
        Column("cause", label="缘由", accessor="get_cause_display", sort_key="cause"),
        "made_at",
    ]  # fmt: skip
    search_fields = ["attempt__candidate__number", "attempt__candidate__officer__name"]
    filterset_class = OutcomeFilters
    inspect_view_class = OutcomePage
    inspect_view_fields = ["objective", "by_hand", "full", "pass_marks", "cause", "reason", "made_at"]

    def read(self, rows):
        return rows.select_related(
            "attempt__candidate__officer", "attempt__candidate__exam", "attempt__candidate__unit"
        )
