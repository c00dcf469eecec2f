from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, InspectView

from exams.sittings.filters import HallFilters, SittingFilters
from exams.sittings.forms.exams import CopyForm, HallForm, SeatingForm, SittingForm, WindowForm
from exams.sittings.models import Exam, Hall, Sitting
from exams.sittings.services.absence import mark_absent
from exams.sittings.services.board import candidates_by_unit, quotas_of
from exams.sittings.services.candidates import NOMINATE, RUN
from exams.sittings.services.seating import seat_candidates
from exams.sittings.services.windows import (
    add_hall,
    add_sitting,
    change_hall,
    copy_sitting,
    move_sitting,
    remove_hall,
    remove_sitting,
)
from lms.audit.services import record
from lms.kit.viewsets import Action, AddOnlyPolicy, ScopedViewSet

CODES = "sittings.watch_exam"


def window_of(row) -> str:
    begin = timezone.localtime(row.opens_at)
    if not row.closes_at:
        return f"{begin:%Y年%-m月%-d日 %H:%M}起"
    end = timezone.localtime(row.closes_at)
    same = begin.date() == end.date()
    return (
        f"{begin:%Y年%-m月%-d日 %H:%M}至{end:%H:%M}"
        if same
        else f"{begin:%Y年%-m月%-d日 %H:%M}至{end:%-m月%-d日 %H:%M}"
    )


def is_ahead(row) -> bool:
    return row.opens_at > timezone.now()


def named(form_field: str, model):
    """A form opened from the page of what the new row belongs to."""

    class NamedView(CreateView):
        def get_initial(self):
            asked = self.request.GET.get(form_field, "")
            found = model.objects.visible_to(self.request.user).filter(pk=asked).first() if asked.isdecimal() else None
            return super().get_initial() | ({form_field: found} if found else {})

    return NamedView


def seat(sitting: Sitting, *, actor, is_afresh: bool) -> Sitting:
    seat_candidates(sitting, actor=actor, is_afresh=is_afresh)
    return sitting


def note_absent(sitting: Sitting, *, actor) -> Sitting:
    record("sittings.ask_absent", actor=actor, target=sitting, count=mark_absent(sitting))
    return sitting


class SittingPage(InspectView):
    template_name = "sittings/sitting.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        is_ours = Sitting.objects.within(user, RUN).filter(pk=row.pk).exists()
        actions = self.viewset.open_actions(row, user) if is_ours else []
        halls = row.halls.select_related("venue", "unit").prefetch_related("invigilators").with_taken()
        return super().get_context_data(**kwargs) | {
            "row": row, "exam": row.exam, "window": window_of(row), "is_ours": is_ours, "halls": halls,
            "acts": [{"label": action.label, "url": url} for action, url in actions],
            "is_ahead": is_ahead(row), "quotas": quotas_of(row, user), "units": candidates_by_unit(row, user),
            "may_name": not is_ours and row.exam.is_checked and user.has_perm(NOMINATE),
            "sees_codes": user.has_perm(CODES) and is_ours,
        }  # fmt: skip


class SittingViewSet(ScopedViewSet):
    model = Sitting
    policy_class = AddOnlyPolicy
    icon = "date"
    counted_in = "个场次"
    add_label = "新增场次"
    ordering = ["-opens_at"]
    list_display = [
        Column("exam", label="场次", accessor=str, sort_key="exam__title"),
        Column("unit", label="组织单位", accessor="exam.unit", sort_key="exam__unit__path"),
        Column("window", label="时间", accessor=window_of, sort_key="opens_at"),
        Column("rooms", label="考场"), Column("places", label="座位"),
        Column("people", label="考生"),
        Column("ready", label="已备卷/考生", accessor=lambda row: f"{row.ready}/{row.people}"),
        Column("sat", label="参加/缺考", accessor=lambda row: f"{row.done + row.writing}/{row.absent}"),
    ]  # fmt: skip
    search_fields = ["exam__title"]
    filterset_class = SittingFilters
    inspect_view_class = SittingPage
    inspect_view_fields = ["exam"]
    add_view_class = named("exam", Exam)
    services = {"add": lambda form, actor: add_sitting(form.instance, actor=actor)}
    actions = (
        Action("seat", "排座", RUN, seat, lambda row: f"“{row}”未排座的考生按考场依次排座，相邻座位尽量不同单位。",
               SeatingForm, is_ahead, "table"),
        Action("move", "改时间", RUN, move_sitting, lambda row: f"“{row}”现定{window_of(row)}。改后立即通知考生。",
               WindowForm, is_ahead, "date"),
        Action("copy", "复制场次", RUN, copy_sitting, lambda row: f"按“{row}”另加一场，考生不复制。", CopyForm, icon="copy"),
        Action("absent", "登记缺考", RUN, note_absent, lambda row: f"“{row}”结束后仍未开考的考生登记为缺考；系统每五分钟也会自动登记。",
               is_open=lambda row: bool(row.closes_at and row.closes_at < timezone.now()), icon="user"),
        Action("remove", "删除场次", RUN, remove_sitting, lambda row: f"删除“{row}”和它的考场、名额。已有考生的不能删除。",
               is_open=is_ahead, icon="bin"),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("exam__unit", "exam__blueprint").with_standing()

    def url_after(self, result):
        name = "exam:inspect" if isinstance(result, Exam) else self.get_url_name("inspect")
        return reverse(name, args=[result.pk])

    def get_form_class(self, for_update=False):
        return SittingForm


class HallViewSet(ScopedViewSet):
    model = Hall
    icon = "home"
    counted_in = "个考场"
    add_label = "新增考场"
    list_display = [
        "name",
        Column("sitting", label="场次", sort_key="sitting__opens_at"),
        Column("window", label="时间", accessor=lambda row: window_of(row.sitting), sort_key="sitting__opens_at"),
        Column("unit", label="考点单位", sort_key="unit__path"),
        Column("venue", label="场所"),
        Column("taken", label="考生/座位", accessor=lambda row: f"{row.taken}/{row.seats}"),
        Column("watch", label="监考员", accessor=lambda row: "、".join(one.get_full_name() for one in row.invigilators.all())),
    ]  # fmt: skip
    search_fields = ["name", "sitting__exam__title"]
    filterset_class = HallFilters
    inspect_view_fields = ["name", "sitting", "unit", "venue", "seats"]
    add_view_class = named("sitting", Sitting)
    services = {
        "add": lambda form, actor: add_hall(form.instance, form.cleaned_data["people"], actor=actor),
        "change": lambda form, actor: change_hall(form.instance, form.cleaned_data["people"], actor=actor),
    }
    actions = (
        Action(
            "remove",
            "删除考场",
            RUN,
            remove_hall,
            lambda row: f"删除{row.sitting}的{row}。已排考生的不能删除。",
            icon="bin",
        ),
    )

    def read(self, rows):
        return rows.select_related("sitting__exam__unit", "unit", "venue").prefetch_related("invigilators").with_taken()

    def url_after(self, result):
        return reverse("sitting:inspect", args=[result.pk])

    def get_form_class(self, for_update=False):
        return HallForm
