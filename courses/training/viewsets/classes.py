from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, InspectView

from courses.training.filters import ClassFilters, SessionFilters
from courses.training.forms.classes import ClassForm, PracticeForm, ReasonForm
from courses.training.models import ClassSession, PlanItem, TrainingClass
from courses.training.services.classes import (
    change_class,
    fix_list,
    open_class,
    open_enrolment,
    open_practice,
    plan_warning,
    reopen_list,
)
from courses.training.services.sessions import WORKING, amount_of, when
from courses.training.viewsets.completion import CANCELLING
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

CHANGE, ENROLL = "training.change_trainingclass", "training.enroll_trainingclass"
State = TrainingClass.State


def in_state(*states):
    return lambda row: row.state in states


def days_of(row) -> str:
    begin, end = row.starts_on, row.ends_on
    return f"{begin:%Y年%-m月%-d日}" if begin == end else f"{begin:%Y年%-m月%-d日}至{end:%-m月%-d日}"


def seats_of(row) -> str:
    return f"{row.seats_taken}/{row.capacity}"


class OpenClassView(CreateView):
    def get_initial(self):
        """From a line of a plan: what it says of each of its classes."""
        asked = self.request.GET.get("plan_item", "")
        item = PlanItem.objects.visible_to(self.request.user).filter(pk=asked).first() if asked.isdecimal() else None
        if not item:
            return super().get_initial()
        return {
            "plan_item": item, "title": f"{item.title}第{item.training_classes.count() + 1}期", "unit": item.plan.unit_id,
            "event_type": item.event_type, "kind": item.kind, "layer": item.layer, "capacity": item.seats,
            "module": next(iter(item.modules), ""),
        }  # fmt: skip


class ClassPage(InspectView):
    """Facts, sessions, seats and papers of a class, and what can be done with it now."""

    template_name = "training/class.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        may_work = TrainingClass.objects.within(user, CHANGE).filter(pk=row.pk).exists()
        actions = self.viewset.open_actions(row, user) if may_work else []
        return super().get_context_data(**kwargs) | {
            "row": row,
            "days": days_of(row),
            "may_change": may_work and row.state in WORKING,
            "acts": [{"label": action.label, "url": url} for action, url in actions],
            "sessions": row.sessions.select_related("venue", "instructor"),
            "quotas": row.quotas.select_related("unit"),
            "materials": row.materials.select_related("courseware"),
            "followers": row.followed_by.select_related("unit").with_seats_taken(),
            "plan_warning": plan_warning(row),
            "may_share": user.has_perm(CHANGE) and row.unit.path.startswith(tuple(u.path for u in user.scope(CHANGE))),
        }


class TrainingClassViewSet(ScopedViewSet):
    model = TrainingClass
    icon = "group"
    counted_in = "个班"
    add_label = "开班"
    list_display = [
        "title",
        Column("unit", label="主办单位", sort_key="unit__path"),
        Column("days", label="起止", accessor=days_of, sort_key="starts_on"),
        "kind", "layer", "state",
        Column("seats", label="已录取/名额", accessor=seats_of),
        Column("sessions_held", label="课次"),
        Column("plan", label="计划", accessor=lambda row: row.plan_item.plan.title if row.plan_item else "计划外"),
    ]  # fmt: skip
    search_fields = ["title"]
    filterset_class = ClassFilters
    add_view_class = OpenClassView
    inspect_view_class = ClassPage
    inspect_view_fields = ["title"]
    services = {
        "add": lambda form, actor: open_class(form.instance, actor=actor),
        "change": lambda form, actor: change_class(form.instance, form.named_fields, actor=actor),
    }
    actions = (
        Action(
            "enrolment", "开放报名", CHANGE, open_enrolment,
            lambda row: f"“{row}”开放报名，名额{row.capacity}人。{plan_warning(row)}",
            is_open=in_state(State.DRAFT), icon="group",
        ),
        Action(
            "fix_list", "确定名单", ENROLL, fix_list,
            lambda row: f"“{row}”已录取{row.seats_taken}人。名单确定后通知学员，不再接受报名；以后改时间、地点都会通知学员。",
            is_open=in_state(State.ENROLLING), icon="check",
        ),
        Action(
            "reopen", "重新开放名单", ENROLL, reopen_list,
            lambda row: f"“{row}”回到报名中，可以增减学员；须再次确定名单。", ReasonForm,
            is_open=in_state(State.READY), icon="undo",
        ),
        Action(
            "practice", "开实践分训班", CHANGE, open_practice,
            lambda row: f"按“{row}”的名额分配，给每个有名额的单位开一个实践分训班，名额照抄，已录取学员随班转入。",
            PracticeForm, lambda row: row.stage == row.Stage.THEORY, "duplicate",
        ),
        CANCELLING,
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("unit", "plan_item__plan").with_seats_taken().with_sessions_held()

    def url_after(self, result):
        row = result if isinstance(result, TrainingClass) else result[0].follows
        return reverse(self.get_url_name("inspect"), args=[row.pk])

    def get_form_class(self, for_update=False):
        return ClassForm


class SessionPage(InspectView):
    def get_field_display_value(self, field_name, field):
        shown = {"during": lambda row: when(row.during), "quantity": amount_of}.get(field_name)
        return shown(self.object) if shown else super().get_field_display_value(field_name, field)


class ClassSessionViewSet(ScopedViewSet):
    model = ClassSession
    policy_class = ReadOnlyPolicy
    icon = "calendar"
    counted_in = "个课次"
    ordering = ["-during", "-id"]
    list_display = [
        "title",
        Column("training_class", label="培训班"),
        Column("unit", label="主办单位", accessor="training_class.unit", sort_key="training_class__unit__path"),
        Column("during", label="时间", accessor=lambda row: when(row.during), sort_key="during"),
        Column("venue", label="地点", sort_key="venue__name"),
        Column("instructor", label="教员", sort_key="instructor__name"),
        Column("counted", label="计量", accessor=amount_of),
        "is_cancelled",
    ]  # fmt: skip
    search_fields = ["title", "training_class__title"]
    filterset_class = SessionFilters
    inspect_view_class = SessionPage
    inspect_view_fields = [
        "training_class", "title", "during", "venue", "instructor", "rule", "quantity", "is_cancelled",
    ]  # fmt: skip

    def read(self, rows):
        return rows.select_related("training_class__unit", "venue", "instructor")
