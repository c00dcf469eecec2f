from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, InspectView

from exams.marking.filters import TaskFilters
from exams.marking.forms import ExamChoice, TeamForm
from exams.marking.models import MarkingTask
from exams.marking.rubric import words
from exams.marking.services.arbitrating import ARBITRATE, waiting
from exams.marking.services.ordering import order_scripts
from exams.marking.services.progress import steadiness_of
from exams.marking.services.rounds import open_first, open_second, unfinished_first
from exams.marking.services.teams import RUN, set_team
from exams.marking.services.terms import told
from lms.kit.viewsets import Action, AddOnlyPolicy, ScopedViewSet


class OrderView(CreateView):
    """What is added is a job; its tasks appear when it has run."""

    def get_success_url(self):
        return reverse("job:inspect", args=[self.object.pk])

    def get_success_message(self, instance):
        return "已开始生成匿名答卷。"


def first_of(row) -> str:
    return f"{row.first_done}/{row.scripts_all - row.blank}"


class TaskPage(InspectView):
    template_name = "marking/task.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        may_run = MarkingTask.objects.within(user, RUN).filter(pk=row.pk).exists()
        is_chief = MarkingTask.objects.within(user, ARBITRATE).filter(pk=row.pk).exists()
        actions = self.viewset.open_actions(row, user) if may_run else []
        return super().get_context_data(**kwargs) | {
            "row": row, "by_hand": row.scripts_all - row.blank, "policy": told(row.policy), "full": words(row.full),
            "acts": [{"label": action.label, "url": url} for action, url in actions],
            "team": row.markers.current().select_related("user__officer__unit"),
            "steady": steadiness_of(row) if is_chief else [], "is_chief": is_chief,
            "waiting": waiting(user).filter(task=row).count() if is_chief else 0,
            "missing": unfinished_first(row), "siblings": row.exam.marking_tasks.order_by("cell"),
        }  # fmt: skip


class TaskViewSet(ScopedViewSet):
    model = MarkingTask
    policy_class = AddOnlyPolicy
    icon = "edit"
    add_to_admin_menu = True
    menu_label, menu_name, menu_order = "评卷", "marking", 227
    counted_in = "题"
    add_label = "组织评卷"
    ordering = ["-exam_id", "cell"]
    list_display = [
        "title",
        Column("exam", label="考试", sort_key="exam__title"),
        Column("round", label="轮次", accessor="get_round_display", sort_key="round"),
        Column("people", label="阅卷员", accessor="team"),
        Column("blank", label="未作答/答卷", accessor=lambda row: f"{row.blank}/{row.scripts_all}"),
        Column("first", label="第一评", accessor=first_of),
        Column("second", label="第二评", accessor=lambda row: f"{row.second_done}/{row.scripts_all - row.blank}"),
        Column("third", label="第三评", accessor=lambda row: f"{row.third_done}/{row.third_done + row.waiting_third}"),
        Column("arbiter", label="待仲裁/答卷", accessor=lambda row: f"{row.waiting_arbiter}/{row.scripts_all}"),
        Column("decided", label="已定分/答卷", accessor=lambda row: f"{row.decided}/{row.scripts_all}"),
    ]  # fmt: skip
    search_fields = ["title", "exam__title"]
    filterset_class = TaskFilters
    inspect_view_class = TaskPage
    inspect_view_fields = ["title"]
    add_view_class = OrderView
    services = {"add": lambda form, actor: order_scripts(form.cleaned_data["exam"], actor=actor)}
    actions = (
        Action(
            "team", "阅卷员", RUN, set_team,
            lambda row: f"“{row}”的阅卷员。退出的人没有评的答卷分给其余人，已评的不变；回避由系统在分配时处理。",
            TeamForm, icon="group", initial=lambda row: {"users": [str(pk) for pk in row.markers.current().values_list("user", flat=True)]},
        ),
        Action(
            "first", "开第一轮", RUN, open_first,
            lambda row: f"“{row}”尚未分配的答卷分给阅卷员作第一评，并通知他们。", icon="resubmit",
        ),
        Action(
            "second", "开第二轮", RUN, open_second,
            lambda row: f"“{row}”的第一评就此冻结，不能再改；答卷分给另一人作第二评，并通知他们。",
            is_open=lambda row: row.round > 0, icon="resubmit",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("exam__unit").with_progress()

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])

    def get_form_class(self, for_update=False):
        return ExamChoice
