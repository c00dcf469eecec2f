"""Forms of sessions: one, all of a class, and what is called off. The calendar's drag has its own way in."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date

from courses.training.forms.classes import ReasonForm
from courses.training.forms.sessions import AFTERNOON, MORNING, DaysForm, SessionForm, initial_of
from courses.training.models import ClassSession
from courses.training.services.sessions import (
    cancel_session,
    save_session,
    save_sessions,
    tell_learners,
    warnings_of,
    when,
)
from courses.training.views.classes import ClassFormView, class_to_work_on


class AddSession(ClassFormView):
    page_title, submit = "添加课次", "添加"
    form_class: type[forms.Form] = SessionForm

    def get_initial(self):
        return {"day": self.training_class.starts_on, "begin": MORNING[0], "end": MORNING[1]}

    def get_form_kwargs(self):
        day = parse_date(self.request.POST.get("day", "")) if self.request.POST else None
        day = day or self.get_initial().get("day", self.training_class.starts_on)
        return super().get_form_kwargs() | {"training_class": self.training_class, "day": day}

    def save(self, form):
        session = save_session(form.into(self.session_to_save()), actor=self.request.user)
        messages.success(self.request, f"课次“{session}”已保存：{when(session.during)}。")
        for warning in warnings_of(session):
            messages.warning(self.request, warning)
        return session

    def session_to_save(self) -> ClassSession:
        return ClassSession(training_class=self.training_class)


class ChangeSession(AddSession):
    page_title, submit = "修改课次", "保存"

    def get_class(self):
        self.session = get_object_or_404(
            ClassSession.objects.visible_to(self.request.user).select_related("venue", "instructor"),
            pk=self.kwargs["pk"],
        )
        return class_to_work_on(self.request, self.session.training_class_id)

    def get_initial(self):
        return initial_of(self.session)

    def session_to_save(self):
        return self.session

    def save(self, form):
        before = self.session.during, self.session.venue_id
        session = super().save(form)
        if before != (session.during, session.venue_id):
            told = f"“{session}”改为{when(session.during)}，地点：{session.venue or '待定'}。"
            tell_learners(session, "课次调整", told)


class CancelSession(ChangeSession):
    page_title, submit = "取消课次", "确认取消"
    form_class = ReasonForm

    def get_initial(self):
        return {}

    def get_form_kwargs(self):
        return {
            name: value for name, value in super().get_form_kwargs().items() if name in ("data", "initial", "files")
        }

    def save(self, form):
        cancel_session(self.session, actor=self.request.user, reason=form.cleaned_data["reason"])
        messages.success(self.request, f"课次“{self.session}”已取消，地点和教员已释放。")

    def get_context_data(self, **kwargs):
        told = (
            f"“{self.session}”（{when(self.session.during)}）将取消，地点和教员随即可以另作安排；名单已定的通知学员。"
        )
        return super().get_context_data(**kwargs) | {"consequence": told}


class AddDays(AddSession):
    page_title, submit = "整班排课", "全部添加"
    form_class = DaysForm

    def get_initial(self):
        return {"morning_from": MORNING[0], "morning_until": MORNING[1], "afternoon_from": AFTERNOON[0],
                "afternoon_until": AFTERNOON[1], "title": self.training_class.title}  # fmt: skip

    def save(self, form):
        made = save_sessions(self.training_class, form.sessions(), actor=self.request.user)
        messages.success(self.request, f"已添加{len(made)}个课次。")
        for warning in warnings_of(made[0]) if made else ["该班起止日期内没有工作日，请勾选双休日也排课。"]:
            messages.warning(self.request, warning)
