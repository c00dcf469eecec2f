from django.shortcuts import redirect
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView

from instructors.pool.filters import YearReviewFilters
from instructors.pool.forms.reviews import DecideForm, StartForm
from instructors.pool.models import YearReview
from instructors.pool.services.reviews import DECIDE, decide_below, start_reviews
from lms.kit.viewsets import Action, AddOnlyPolicy, ScopedViewSet


class StartView(CreateView):
    page_title = "发起年度考评"

    def save_action(self):
        return redirect(self.object.page)


def score_of(row) -> str:
    return f"{row.score}（{row.responses}份）" if row.score is not None else f"不计（{row.responses}份）"


def standing_of(row) -> str:
    return "达标" if row.is_met else f"连续{row.years_below}年不达标"


class YearReviewViewSet(ScopedViewSet):
    """Counted by a job; of those below somebody decides here."""

    model = YearReview
    policy_class = AddOnlyPolicy
    icon = "tasks"
    counted_in = "人"
    add_label = "发起年度考评"
    add_view_class = StartView
    list_display = [
        Column("instructor", label="教员", accessor=lambda row: row.instructor.name, sort_key="instructor__name"),
        Column("unit", label="管理单位", accessor="instructor.unit", sort_key="instructor__unit__path"),
        "year", "lectures", "hours",
        Column("score", label="平均评分", accessor=score_of, sort_key="score"),
        "courseware",
        Column("standing", label="考评", accessor=standing_of, sort_key="years_below"),
        Column("decision_label", label="结论", accessor="get_decision_display", sort_key="decision"),
    ]  # fmt: skip
    search_fields = ["instructor__name", "instructor__officer__staff_no"]
    filterset_class = YearReviewFilters
    inspect_view_fields = [
        "instructor", "year", "lectures", "hours", "score", "responses", "courseware", "is_met", "years_below",
        "rule_version", "counted_at", "decision", "note", "decided_by", "decided_at",
    ]  # fmt: skip
    services = {
        "add": lambda form, actor: start_reviews(form.cleaned_data["year"], form.cleaned_data["unit"], actor=actor)
    }
    actions = (
        Action(
            "decide", "作出结论", DECIDE, decide_below,
            lambda row: f"{row.instructor}{row.year}年授课{row.lectures}次、{row.hours}学时，平均评分{score_of(row)}，{standing_of(row)}。结论通知本人；退出的，今日起不能再授课。",
            DecideForm, lambda row: not row.is_met and not row.decision, "check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("instructor__unit", "instructor__officer", "rule_version__rule", "decided_by")

    def get_form_class(self, for_update=False):
        return StartForm
