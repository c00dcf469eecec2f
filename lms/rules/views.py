"""The console's pages for drafting a version and for weighing a draft before it is approved."""

from datetime import date
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.rules import wording
from lms.rules.forms import DraftForm
from lms.rules.models import Rule
from lms.rules.services import draft_version
from lms.sheets.export import write_xlsx

FIRST_ROWS = 50
WHOLE_YEAR, FROM_ITS_DAY = "year", "effective"
ORDERS = {
    "size": lambda row: tuple(-part for part in row.size),
    "officer": lambda row: row.officer,
    "unit": lambda row: row.unit,
    "hours": lambda row: row.hours,
    "credits": lambda row: row.credits,
    "met": lambda row: (row.after.is_met - row.before.is_met, row.before.is_met),
}
HEADINGS = [
    "人员编号", "姓名", "单位", "已得学时（前）", "已得学时（后）", "学时增减", "已得学分（前）", "已得学分（后）", "学分增减",
    "还差学时增减", "还差学分增减", "达标（前）", "达标（后）",
]  # fmt: skip


class DraftView(WagtailAdminTemplateMixin, TemplateView):
    """A new version of one rule, filled in from the version in force."""

    model = Rule
    pk_url_kwarg = "pk"
    template_name = "rules/draft.html"
    header_icon = "edit"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("rules.add_ruleversion"):
            raise PermissionDenied
        self.object = self.get_object()
        self.base = self.object.begun[0] if self.object.begun else self.object.versions.order_by("number").last()
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.form.is_valid() and (version := self._draft()):
            messages.success(request, f"{version.rule}第{version.number}版已起草，请由另一人审批。")
            return redirect("ruleversion:inspect", version.pk)
        return self.render_to_response(self.get_context_data())

    def _draft(self):
        try:
            return draft_version(self.object, actor=self.request.user, **self.form.values())
        except ValidationError as refusal:
            self.refusals = refusal.messages
            return None

    @cached_property
    def form(self):
        return DraftForm(self.object, self.base, self.request.POST if self.request.method == "POST" else None)

    def get_breadcrumbs_items(self):
        index = {"url": reverse("rule:index"), "label": "规则"}
        rule = {"url": reverse("rule:inspect", args=[self.object.pk]), "label": str(self.object)}
        return [*self.breadcrumbs_items, index, rule, {"url": "", "label": "起草新版本"}]

    def get_context_data(self, **kwargs):
        shown = {"rule": self.object, "base": self.base, "form": self.form}
        return super().get_context_data(**kwargs) | shown | {"refusals": getattr(self, "refusals", [])}


class PreviewMixin:
    """A version's page with what it would change, counted over a year of the ledger; drafts only."""

    def get(self, request, *args, **kwargs):
        if "export" in request.GET and not self.object.is_checked and self.preview and self.preview.named:
            return self._export()
        return super().get(request, *args, **kwargs)

    @cached_property
    def year(self) -> int:
        asked, this_year = self.request.GET.get("year", ""), timezone.localdate().year
        return int(asked) if asked in {str(this_year), str(this_year - 1)} else this_year

    @cached_property
    def span(self) -> str:
        return FROM_ITS_DAY if self.request.GET.get("span") == FROM_ITS_DAY else WHOLE_YEAR

    @cached_property
    def order(self) -> str:
        asked = self.request.GET.get("order", "").lstrip("-")
        return self.request.GET["order"] if asked in ORDERS else "size"

    @cached_property
    def preview(self):
        for look in hooks.get_hooks("preview_rule_version"):
            since = self.object.effective_from if self.span == FROM_ITS_DAY else date(self.year, 1, 1)
            return look(self.request.user, self.object, self.year, since)
        return None

    @property
    def rows(self) -> list:
        return sorted(self.preview.changes, key=ORDERS[self.order.lstrip("-")], reverse=self.order.startswith("-"))

    def _export(self):
        rows = (
            [
                row.staff_no, row.officer, row.unit, row.before.total.hours, row.after.total.hours, row.hours,
                row.before.total.credits, row.after.total.credits, row.credits, row.owed_hours, row.owed_credits,
                row.before.is_met, row.after.is_met,
            ]
            for row in self.rows
        )  # fmt: skip
        name = f"{self.object.rule.code}第{self.object.number}版影响预览-{self.year}.xlsx"
        notes = [
            f"{self.object.rule}第{self.object.number}版草稿，按{self.year}年度台账试算，自{self.preview.since}起。"
        ]
        content = write_xlsx("影响预览", HEADINGS, rows, notes=notes)
        return FileResponse(BytesIO(content), as_attachment=True, filename=name)

    def get_context_data(self, **kwargs):
        version = self.object
        version.before = (
            version.rule.versions.filter(number__lt=version.number).select_related("rule").order_by("number").last()
        )
        version.differences = wording.difference(version.before, version) if version.before else []
        context = super().get_context_data(**kwargs) | {"version": version}
        if self.object.is_checked or self.preview is None:
            return context
        this_year = timezone.localdate().year
        return context | {
            "preview": self.preview,
            "rows": self.rows[:FIRST_ROWS] if self.preview.named else [],
            "order": self.order,
            "span": self.span,
            "years": [this_year, this_year - 1],
        }
