from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.sittings.filters import ExamFilters
from exams.sittings.forms.exams import ExamForm
from exams.sittings.models import Exam, Sitting
from exams.sittings.services.absence import resit_list
from exams.sittings.services.exams import PUBLISH, RUN, change_exam, draft_exam, obstacles, publish_exam
from exams.sittings.services.ordering import order_preparing, order_regrading
from lms.jobs.models import Job
from lms.kit.viewsets import Action, ScopedViewSet

CHANGE = "sittings.change_exam"


def prepared_of(row) -> str:
    return f"{row.ready}/{row.people}"


def plain(number) -> str:
    return f"{number.normalize():f}"


class ExamPage(InspectView):
    """The board of one exam: its terms, its windows, what stands in the way, and what can be done now."""

    template_name = "sittings/exam.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        is_ours = Exam.objects.within(user, RUN).filter(pk=row.pk).exists()
        may_act = is_ours or Exam.objects.within(user, PUBLISH).filter(pk=row.pk).exists()
        actions = self.viewset.open_actions(row, user) if may_act else []
        sittings = Sitting.objects.visible_to(user).filter(exam=row).order_by("opens_at").with_standing()
        return super().get_context_data(**kwargs) | {
            "row": row, "is_ours": is_ours, "sittings": sittings, "now": timezone.now(), "total": total_of(sittings),
            "acts": [{"label": action.label, "url": url} for action, url in actions],
            "may_change": not row.is_checked and Exam.objects.within(user, CHANGE).filter(pk=row.pk).exists(),
            "obstacles": [one.message for one in obstacles(row)] if may_act and not row.is_checked else [],
            "again": len(resit_list(row)) if is_ours and row.is_checked else 0,
            "corrections": row.corrections.count(), "groups": row.groups.count(), "overrides": row.overrides.count(),
            "cells": row.blueprint.cells.all(),
        }  # fmt: skip


def total_of(sittings) -> dict:
    names = ("places", "people", "seated", "ready", "writing", "done", "absent", "deferred")
    return {name: sum(getattr(one, name) for one in sittings) for name in names}


class ExamViewSet(ScopedViewSet):
    model = Exam
    icon = "form"
    counted_in = "场考试"
    add_label = "新建考试"
    list_display = [
        "title", "code",
        Column("unit", label="组织单位", sort_key="unit__path"),
        Column("kind", label="类别", accessor=lambda row: row.get_level_display() or row.get_subject_display() or row.get_kind_display()),
        Column("opens", label="首场开考", accessor="first_opens", sort_key="first_opens"),
        Column("windows", label="场次"),
        Column("ready", label="已备卷/考生", accessor=prepared_of),
        Column("pass_percent", label="合格线", accessor=lambda row: f"满分的{plain(row.pass_percent)}%"),
        Column("state", label="状态", accessor=lambda row: "已发布" if row.is_checked else "待发布"),
    ]  # fmt: skip
    search_fields = ["title", "code"]
    filterset_class = ExamFilters
    inspect_view_class = ExamPage
    inspect_view_fields = ["title"]
    services = {
        "add": lambda form, actor: draft_exam(form.instance, actor=actor, day=form.today),
        "change": lambda form, actor: change_exam(form.instance, form.named_fields, actor=actor, day=form.today),
    }
    actions = (
        Action(
            "publish", "发布", PUBLISH, publish_exam,
            lambda row: f"“{row}”发布后，科目、组卷方案、时长、合格线等规定不能再改；场次和考生还可以增加。",
            is_open=lambda row: not row.is_checked, icon="check",
        ),
        Action(
            "prepare", "备卷", RUN, order_preparing,
            lambda row: f"给“{row}”还没有答卷的{row.people - row.ready}名考生组卷、封卷、备好答卷，在后台进行。以后增加的考生再备一次即可。",
            is_open=lambda row: row.is_checked and not row.is_self_service and row.ready < row.people, icon="doc-full",
        ),
        Action(
            "regrade", "重新计分", RUN, order_regrading,
            lambda row: f"按已复核的答案更正，把“{row}”已交的答卷重新计分，列出差异。原得分保留，已发布的成绩不变。",
            is_open=lambda row: row.is_checked and row.corrections.in_force().exists(), icon="rotate",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related(
            "unit", "blueprint__unit", "made_by", "checked_by", "rule_version__rule"
        ).with_counts()

    def url_after(self, result):
        return result.page if isinstance(result, Job) else reverse(self.get_url_name("inspect"), args=[result.pk])

    def get_form_class(self, for_update=False):
        return ExamForm
