"""The console's forms of a self-assessment and of its verification."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from instructors.classrooms.checklist import LABELS, Checklist
from instructors.classrooms.forms import AssessForm, VerifyForm
from instructors.classrooms.models import RoomCheck, SmartClassroom
from instructors.classrooms.services.checks import ASSESS, VERIFY, likely, standard_on, submit_check, verify_check
from lms.kit.viewsets import refuse


class ChecklistView(WagtailAdminTemplateMixin, FormView):
    template_name = "classrooms/checklist.html"
    permission = ""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        try:
            self.find(kwargs["pk"])
            self.checklist = Checklist.of(self.version.formula)
        except ValidationError as refusal:
            messages.error(request, refusal.message)
            return redirect("smartclassroom:index")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"checklist": self.checklist}

    def form_valid(self, form):
        try:
            said = self.save(form)
        except ValidationError as refusal:
            refuse(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, said)
        return redirect("smartclassroom:inspect", self.room.pk)

    def get_breadcrumbs_items(self):
        index = {"url": reverse("smartclassroom:index"), "label": "智慧教室"}
        page = {"url": reverse("smartclassroom:inspect", args=[self.room.pk]), "label": str(self.room)}
        return [*self.breadcrumbs_items, index, page, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        equipment: dict[str, list] = {}
        for one in self.room.equipment.all():
            equipment.setdefault(one.kind, []).append(one)
        return super().get_context_data(**kwargs) | {
            "room": self.room, "version": self.version, "submit": self.submit, "equipment": equipment,
            "lead": self.lead, "check": getattr(self, "check", None),
        }  # fmt: skip


class Assess(ChecklistView):
    page_title, submit, permission = "自评", "提交自评", ASSESS
    form_class = AssessForm
    lead = "勾选已经具备的条目。已按上次核验和设备台账填好，请逐项核对；提交后由区局或市局核验。"

    def find(self, pk):
        rows = SmartClassroom.objects.within(self.request.user, ASSESS).select_related("venue__unit", "current")
        self.room = get_object_or_404(rows, pk=pk)
        self.version = standard_on(timezone.localdate())

    def get_initial(self):
        return {"items": list(likely(self.room, self.checklist))}

    def save(self, form) -> str:
        submit_check(self.room, form.cleaned_data["items"], form.cleaned_data["note"], actor=self.request.user)
        return "自评已提交，等待核验。"


class Verify(ChecklistView):
    page_title, submit, permission = "核验", "确认核验结果", VERIFY
    form_class = VerifyForm

    def find(self, pk):
        rows = RoomCheck.objects.within(self.request.user, VERIFY).filter(state=RoomCheck.State.SUBMITTED)
        self.check = get_object_or_404(
            rows.select_related("room__venue__unit", "room__current", "version", "made_by"), pk=pk
        )
        self.room, self.version = self.check.room, self.check.version

    @property
    def lead(self) -> str:
        grade = LABELS[self.checklist.grade(self.check.claimed)]
        note = f"说明：{self.check.note}　" if self.check.note else ""
        return f"{self.check.made_by}自评{grade}。{note}勾选现场确认具备的条目，等级随之确定；核验后不能更改，只能重新自评。"

    def get_initial(self):
        return {"items": self.check.claimed}

    def save(self, form) -> str:
        done = verify_check(self.check, form.cleaned_data["items"], form.cleaned_data["reply"], actor=self.request.user)
        return f"核验完成：{done.result}，复核期限{done.recheck_on:%Y年%-m月%-d日}。"
