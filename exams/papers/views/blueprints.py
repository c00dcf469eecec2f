"""Writing a blueprint as one table, held against the bank while it is written; drawing from an approved one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from courses.catalogue.models import ItemCode
from exams.bank.models import QuestionBank
from exams.papers.forms import ADD, EACH, BlueprintForm, cell_rows, plain
from exams.papers.models import Blueprint, BlueprintCell
from exams.papers.services.blueprints import save_blueprint, standings, totals
from exams.papers.services.ordering import draw_forms, order_papers
from lms.kit.viewsets import ActionView

CHANGE = "papers.change_blueprint"


class BlueprintView(WagtailAdminTemplateMixin, TemplateView):
    """A new blueprint, or a draft of one; an approved one is changed by a new version only."""

    model = Blueprint
    pk_url_kwarg = "pk"
    template_name = "papers/blueprint_form.html"
    header_icon = "table"

    def dispatch(self, request, *args, **kwargs):
        is_new = "pk" not in kwargs
        if not request.user.has_perm(ADD if is_new else CHANGE):
            raise PermissionDenied
        self.object = None if is_new else self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_rows(self):
        return super().get_rows().within(self.request.user, CHANGE)

    @cached_property
    def form(self) -> BlueprintForm:
        data = self.request.POST if self.request.method == "POST" else None
        form = BlueprintForm(data, instance=self.object, user=self.request.user)
        if self.object:
            form.initial["per_option"] = plain(self.object.per_option)
        return form

    @cached_property
    def rows(self):
        data = self.request.POST if self.request.method == "POST" else None
        return cell_rows(data, self.object.cells.select_related("topic", "item_code") if self.object else ())

    def post(self, request, *args, **kwargs):
        if self.form.is_valid() & self.rows.is_valid() and (blueprint := self._saved()):
            messages.success(request, f"{blueprint}已保存，请由另一人审批。")
            return redirect("blueprint:inspect", blueprint.pk)
        return self.render_to_response(self.get_context_data())

    def _saved(self) -> Blueprint | None:
        banks = self.form.cleaned_data["banks"]
        try:
            return save_blueprint(self.form.instance, self.rows.cells(), banks, actor=self.request.user)
        except ValidationError as refusal:
            self.form.add_error(None, refusal)
            return None

    def get_breadcrumbs_items(self):
        index = {"url": reverse("blueprint:index"), "label": "组卷方案"}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.title}]

    @property
    def title(self) -> str:
        return f"修改{self.object}" if self.object else "新增组卷方案"

    def get_context_data(self, **kwargs):
        cells = self.object.cells.all() if self.object else []
        questions, marks = totals(cells)
        shown = {"form": self.form, "rows": self.rows, "title": self.title, "questions": questions, "marks": marks}
        items = ItemCode.objects.order_by("code").values_list("code", "name")
        return super().get_context_data(**kwargs) | shown | {"items": items, "is_approved": self._is_approved}

    @property
    def _is_approved(self) -> bool:
        return bool(self.object and self.object.is_checked)


class CheckView(WagtailAdminTemplateMixin, TemplateView):
    """What stands in the form now, held against the bank, row by row; rows not yet whole are left out."""

    model = Blueprint

    def post(self, request, *args, **kwargs):
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        places, cells = self._whole_rows()
        found = standings(cells, self._banks()) if cells else []
        questions, marks = totals(cells)
        rows = {
            place: {"available": one.available, "missing": one.missing, "total": plain(one.total)}
            for place, one in zip(places, found, strict=True)
        }
        return JsonResponse({"rows": rows, "questions": questions, "marks": plain(marks)})

    def get(self, request, *args, **kwargs):
        return redirect("blueprint:index")

    def _whole_rows(self) -> tuple[list[str], list[BlueprintCell]]:
        rows = cell_rows(self.request.POST)
        if not rows.management_form.is_valid():
            return [], []
        whole = [form for form in rows.forms if form.has_changed() and form.is_valid()]
        return [form.prefix for form in whole], [form.instance for form in whole]

    def _banks(self) -> list[QuestionBank]:
        chosen = [one for one in self.request.POST.getlist("banks") if one.isdecimal()]
        return list(QuestionBank.objects.visible_to(self.request.user).filter(pk__in=chosen))


class DrawView(ActionView):
    """Forms are there at once; papers for many people come by a job, whose page is shown."""

    def form_valid(self, form):
        wanted = {name: form.cleaned_data[name] for name in ("purpose", "count")}
        if form.cleaned_data["kind"] == EACH:
            return redirect(order_papers(self.object, actor=self.request.user, **wanted).page)
        papers = draw_forms(self.object, actor=self.request.user, **wanted)
        messages.success(self.request, f"已组成{len(papers)}份等值卷，请由另一人封卷。")
        return redirect("paper:inspect", papers[0].pk)
