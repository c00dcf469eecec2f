"""Forms of the office that stand on a class: who gets seats, what is handed out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from courses.training.forms.classes import MaterialForm, SharesForm
from courses.training.models import ClassMaterial, TrainingClass
from courses.training.services.classes import give_material, share_seats, take_material
from lms.kit.querysets import ScopedQuerySet
from lms.kit.viewsets import refuse

CHANGE = "training.change_trainingclass"


def page_of(training_class) -> str:
    return reverse("trainingclass:inspect", args=[training_class.pk])


def class_to_work_on(request, pk, *, as_owner=False) -> TrainingClass:
    """404 outside one's scope, 403 without the right. What the owner alone decides, organisers do not."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    rows = TrainingClass.objects.visible_to(request.user).select_related("unit", "plan_item__plan")
    rows = ScopedQuerySet.within(rows, request.user, CHANGE) if as_owner else rows.within(request.user, CHANGE)
    return get_object_or_404(rows, pk=pk)


class ClassFormView(WagtailAdminTemplateMixin, FormView):
    """A form about one class; a refusal by the service stands above it."""

    template_name = "training/class_form.html"
    submit, as_owner = "保存", False

    def dispatch(self, request, *args, **kwargs):
        self.training_class = self.get_class()
        return super().dispatch(request, *args, **kwargs)

    def get_class(self):
        return class_to_work_on(self.request, self.kwargs["pk"], as_owner=self.as_owner)

    def form_valid(self, form):
        try:
            self.save(form)
        except ValidationError as refusal:
            refuse(form, refusal)
            return self.form_invalid(form)
        return redirect(page_of(self.training_class))

    def save(self, form):
        raise NotImplementedError

    def get_breadcrumbs_items(self):
        index = {"url": reverse("trainingclass:index"), "label": "培训班"}
        row = {"url": page_of(self.training_class), "label": str(self.training_class)}
        return [*self.breadcrumbs_items, index, row, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "row": self.training_class, "submit": self.submit, "back": page_of(self.training_class),
        }  # fmt: skip


class ShareSeats(ClassFormView):
    page_title, as_owner = "分配名额", True
    template_name = "training/class_shares.html"
    form_class = SharesForm

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs() | {"user": self.request.user, "training_class": self.training_class}
        return {name: value for name, value in kwargs.items() if name != "initial"}

    def form_valid(self, form):
        try:
            share_seats(self.training_class, form.shares(), actor=self.request.user)
        except ValidationError as refusal:
            return self.render_to_response(self.get_context_data(form=form, refusal=refusal.message))
        messages.success(self.request, "名额已分配。")
        return redirect(page_of(self.training_class))


class GiveMaterial(ClassFormView):
    page_title, submit = "添加资料", "发给学员"
    form_class = MaterialForm

    def get_form(self, *args, **kwargs):
        form = super().get_form(*args, **kwargs)
        field = form.fields["courseware"]
        field.queryset = field.queryset.visible_to(self.request.user)
        return form

    def save(self, form):
        give_material(self.training_class, form.cleaned_data["courseware"], actor=self.request.user)
        messages.success(self.request, "资料已发给学员。")


@require_POST
def remove_material(request, pk, material):
    row = class_to_work_on(request, pk)
    found = get_object_or_404(ClassMaterial.objects.filter(training_class=row), pk=material)
    try:
        take_material(found, actor=request.user)
        messages.success(request, "资料已撤下。")
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return redirect(page_of(row))
