from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.results.filters import RevisionFilters, VoidingFilters
from exams.results.forms.office import ReasonForm, RevisionForm, VoidingForm
from exams.results.models import ExamVoiding, RestsOn, Revision
from exams.results.services import revising, voiding
from exams.results.services.voiding import standing
from lms.kit.viewsets import Action, AddOnlyPolicy, ScopedViewSet
from lms.ledger.models import Entry


def state_of(row) -> str:
    if row.refused_at:
        return "不予办理"
    return "已办理" if row.is_checked else "待复核"


def is_open(row) -> bool:
    return row.is_open


def whose(row) -> str:
    return f"{row.attempt.candidate}" if row.attempt else "整场考试"


def reach_of(row) -> dict[str, int]:
    """What a voiding would take back, counted before anybody decides."""
    attempts = standing(row.exam, row.attempt)
    outcomes = [outcome for one in attempts for outcome in one.outcomes.values_list("pk", flat=True)]
    entries = Entry.objects.standing().filter(evidence__in=[f"sittings.outcome:{pk}" for pk in outcomes])
    return {"results": len(attempts), "entries": entries.count()}


class VoidingPage(InspectView):
    template_name = "results/voiding.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        may_act = ExamVoiding.objects.within(user, "results.check_examvoiding").filter(pk=row.pk).exists()
        actions = self.viewset.open_actions(row, user) if may_act else []
        dependants = RestsOn.objects.visible_to(user).filter(outcome__attempt__candidate__exam=row.exam)
        if row.attempt:
            dependants = dependants.filter(outcome__attempt=row.attempt)
        return super().get_context_data(**kwargs) | {
            "row": row, "exam": row.exam, "whose": whose(row), "state": state_of(row),
            "reach": reach_of(row) if row.is_open else None,
            "dependants": dependants.select_related("outcome__attempt__candidate__officer").order_by("pk"),
            "acts": [{"label": action.label, "url": url} for action, url in actions],
        }  # fmt: skip


class ProposedViewSet(ScopedViewSet):
    policy_class = AddOnlyPolicy
    search_fields = ["exam__title", "reason"]
    services = {"add": lambda form, actor: form.propose(actor)}

    def read(self, rows):
        return rows.select_related("exam__unit", "made_by", "checked_by")

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class VoidingViewSet(ProposedViewSet):
    model = ExamVoiding
    icon = "cross"
    counted_in = "项"
    add_label = "提出作废"
    list_display = [
        Column("exam", label="考试", sort_key="exam__title"), Column("whose", label="范围", accessor=whose), "reason",
        Column("made_by", label="经办人"), Column("checked_by", label="复核人"),
        Column("results", label="作废成绩", accessor=lambda row: row.done.get("results", 0)),
        Column("entries", label="冲正", accessor=lambda row: row.done.get("entries", 0)),
        Column("certificates", label="撤销证书", accessor=lambda row: row.done.get("certificates", 0)),
        Column("state", label="状态", accessor=state_of),
    ]  # fmt: skip
    filterset_class = VoidingFilters
    inspect_view_class = VoidingPage
    inspect_view_fields = ["reason"]
    actions = (
        Action(
            "check", "复核并作废", "results.check_examvoiding", voiding.void_exam,
            lambda row: f"{whose(row)}：作废{reach_of(row)['results']:,}份成绩，冲正{reach_of(row)['entries']:,}条学分，撤销合格证书，"
            "列出由此取得的执法证等事项另行决定。全部在一步内完成，不能撤回。",
            is_open=is_open, icon="cross",
        ),
        Action(
            "refuse", "不予作废", "results.check_examvoiding", voiding.refuse_voiding,
            lambda row: f"不作废“{row.exam}”{whose(row)}的成绩。", ReasonForm, is_open, "undo",
        ),
    )  # fmt: skip

    def read(self, rows):
        return super().read(rows).select_related("attempt__candidate__officer")

    def get_form_class(self, for_update=False):
        return VoidingForm


class RevisionViewSet(ProposedViewSet):
    model = Revision
    icon = "edit"
    counted_in = "项"
    add_label = "提出成绩更正"
    list_display = [
        Column("exam", label="考试", sort_key="exam__title"), "reason",
        Column("made_by", label="经办人"), Column("checked_by", label="复核人"),
        Column("changed", label="有变化", accessor=lambda row: f"{row.changed}人", sort_key="changed"),
        Column("state", label="状态", accessor=state_of),
    ]  # fmt: skip
    filterset_class = RevisionFilters
    inspect_view_fields = ["exam", "reason", "changed", "made_by", "made_at", "checked_by", "checked_at", "refused_at"]
    actions = (
        Action(
            "check", "复核并更正", "results.check_revision", revising.carry_out,
            lambda row: f"按重新计分的结果更正“{row.exam}”已发布的成绩，原成绩保留，有变化的考生收到通知。",
            is_open=is_open, icon="check",
        ),
        Action(
            "refuse", "不予更正", "results.check_revision", revising.refuse_revision,
            lambda row: f"不更正“{row.exam}”已发布的成绩。", ReasonForm, is_open, "cross",
        ),
    )  # fmt: skip

    def get_form_class(self, for_update=False):
        return RevisionForm
