"""Wagtail's viewsets guard models; these guard rows too: no view starts from anything but `visible_to(user)`."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.views.generic import FormView
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views.generic import BaseListingView, BaseObjectMixin, InspectView, WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry

from lms.audit.services import record
from lms.sheets.export import write_csv, write_xlsx

EXPORT_ROWS = 100_000
NOT_SAVED = "没有保存。"
BLANKS = {True: "请选择", False: "不选"}
WORDS = {True: "是", False: "否", None: "—", "": "—"}
# What else than sight a view needs; usage is open to nobody, as there is no reference index of these rows.
NEEDS = {"add": "add", "copy": "add", "edit": "change", "history": "change", "history_results": "change",
         "delete": "delete", "reorder": "change", "usage": "usage"}  # fmt: skip


class ScopedPolicy(ModelPermissionPolicy):
    """What a permission allows at all (`allowed`), and only on rows its holder may see."""

    allowed = frozenset({"view", "add", "change"})

    def user_has_permission(self, user, action):
        return action in self.allowed and super().user_has_permission(user, action)

    def user_has_permission_for_instance(self, user, action, instance):
        return self.instances_user_has_any_permission_for(user, [action]).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user, actions):
        rows = self.model.objects
        return rows.visible_to(user) if self.user_has_any_permission(user, actions) else rows.none()


class ReadOnlyPolicy(ScopedPolicy):
    allowed = frozenset({"view"})


class AddOnlyPolicy(ScopedPolicy):
    allowed = frozenset({"view", "add"})


@dataclass(frozen=True)
class Action:
    """A state change of one row: a page that names the consequence, then `service(row, actor=…, **fields)`."""

    name: str
    label: str
    permission: str
    service: Callable
    consequence: Callable[..., str]
    form_class: type[forms.Form] = forms.Form
    is_open: Callable[..., bool] = lambda row: True
    icon: str = "cogs"
    told: Callable[..., str] = lambda result: ""  # what only the person in front of the screen may read
    initial: Callable[..., dict] = lambda row: {}


def limit_choices(form, user):
    """Every row that can be chosen is one the user may see; a model without `visible_to` cannot be chosen from."""
    for field in form.fields.values():
        if getattr(field, "queryset", None) is not None:
            field.queryset = field.queryset.visible_to(user)
    return form


def name_blanks(form):
    """What a choice shows before anything is chosen, in words instead of dashes."""
    for field in form.fields.values():
        if getattr(field, "empty_label", None):
            field.empty_label = BLANKS[field.required]
        elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            field.choices = [(key, BLANKS[field.required] if key == "" else text) for key, text in field.choices]
    return form


def refuse(form, refusal: ValidationError):
    errors = (
        [error for found in refusal.error_dict.values() for error in found]
        if hasattr(refusal, "error_dict")
        else refusal
    )
    form.add_error(None, errors)
    return " ".join(refusal.messages)


def worded(get_value):
    def get_words(row):
        value = get_value(row)
        return WORDS[value] if isinstance(value, bool) else value

    return get_words


class ScopedList:
    """In front of a list view: rows, choices of filters and export."""

    show_export_buttons = True

    def get_base_queryset(self):
        return self.viewset.read(self.model.objects.visible_to(self.request.user))

    @cached_property
    def filters(self):
        if found := super().filters:
            limit_choices(found.form, self.request.user)
        return found

    @cached_property
    def columns(self):
        # Copies: the viewset's own columns serve every request, and would be wrapped again by each.
        columns = [copy(column) for column in super().columns]
        columns[0] = self.as_title(columns[0])
        for column in columns:
            column.sort_key = self.viewset.sort_keys.get(column.name, column.sort_key)
            column.get_value = worded(column.get_value)
        return columns

    def as_title(self, column):
        """Wagtail makes only a first column given by name a link with the row's actions behind it."""
        if isinstance(column, TitleColumn):
            return column
        title_class = self._get_title_column_class(TitleColumn)
        return title_class(
            column.name, label=column.label, accessor=column.accessor, sort_key=column.sort_key,
            get_url=lambda row: self.get_edit_url(row) or self.get_inspect_url(row),
        )  # fmt: skip

    @cached_property
    def add_item_label(self):
        return self.viewset.add_label or f"新增{self.model._meta.verbose_name}"

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.items_count_label = f"共{paginator.count:,}{self.viewset.counted_in}"
        return paginator

    def get(self, request, *args, **kwargs):
        return self.export(self.get_queryset()) if self.is_export else super().get(request, *args, **kwargs)

    def export(self, queryset):
        """The columns and rows on the screen, all pages of them."""
        if queryset.count() > EXPORT_ROWS:
            messages.error(self.request, f"超过{EXPORT_ROWS}行，请先筛选再导出。")
            return redirect(self.index_url)
        rows = ([column.get_value(row) for column in self.columns] for row in queryset.iterator(chunk_size=2000))
        headings, title = [str(column.label) for column in self.columns], str(self.model._meta.verbose_name_plural)
        suffix = self.request.GET["export"]
        content = write_xlsx(title, headings, rows) if suffix == "xlsx" else write_csv(headings, rows)
        name = f"{title}-{timezone.localdate():%Y%m%d}.{suffix}"
        return FileResponse(BytesIO(content), as_attachment=True, filename=name)

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        for order, (action, url) in enumerate(self.viewset.open_actions(instance, self.request.user)):
            buttons.append(MenuItem(action.label, url=url, icon_name=action.icon, priority=order))
        return buttons


class ScopedRow:
    """In front of any other view: the row it is about, choices of its form, refusals and the audit."""

    def get_object(self, queryset=None):
        if not getattr(self, "object", None):
            pk = unquote(str(self.kwargs[self.pk_url_kwarg]))
            return get_object_or_404(self.viewset.read(self.get_rows()), pk=pk)
        return self.object

    def get_rows(self):
        rows, right = self.model.objects.visible_to(self.request.user), getattr(self, "permission_required", None)
        if right in {"change", "delete"}:
            opts = self.model._meta
            rows = rows.within(self.request.user, f"{opts.app_label}.{right}_{opts.model_name}")
        return rows

    def get_form(self, *args, **kwargs):
        return name_blanks(limit_choices(super().get_form(*args, **kwargs), self.request.user))

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ValidationError as refusal:
            words, self.produced_error_code = refuse(form, refusal), "refused"
            # On a page the banner lists the form's refusals under its first line.
            self.produced_error_message = words if getattr(self, "expects_json_response", False) else NOT_SAVED
            return self.form_invalid(form)

    def get_success_buttons(self):
        return []

    def save_instance(self):
        if service := self.viewset.services.get(self.permission_required):
            return service(self.form, self.request.user)
        row, before, after = super().save_instance(), self.form.initial, self.form.cleaned_data
        changed = {name: [str(before.get(name)), str(after.get(name))] for name in self.form.changed_data}
        action = f"{row._meta.app_label}.{self.permission_required}_{row._meta.model_name}"
        record(action, actor=self.request.user, target=row, changed=changed)
        return row


class ScopedInspect(ScopedRow):
    page_title = "详情"

    def get_field_display_value(self, field_name, field):
        moment = getattr(self.object, field_name, None)
        if isinstance(moment, datetime):
            return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
        value = super().get_field_display_value(field_name, field)
        return WORDS[value] if value is None or (isinstance(value, bool | str) and value in WORDS) else value

    @cached_property
    def header_buttons(self):
        actions = self.viewset.open_actions(self.object, self.request.user)
        return [HeaderButton(action.label, url, icon_name=action.icon) for action, url in actions]


class ScopedAction(ScopedRow):
    def get_rows(self):
        return super().get_rows().within(self.request.user, self.action.permission)


class ActionView(WagtailAdminTemplateMixin, FormView):
    model = action = None
    template_name = "kit/action.html"
    pk_url_kwarg = "pk"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(self.action.permission):
            raise PermissionDenied
        self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self):
        return self.action.form_class

    def get_initial(self):
        return self.action.initial(self.object)

    def form_valid(self, form):
        result = self.action.service(self.object, actor=self.request.user, **form.cleaned_data)
        messages.success(self.request, f"{self.action.label}已完成：{self.object}。{self.action.told(result)}")
        return redirect(self.viewset.url_after(result))

    def get_breadcrumbs_items(self):
        index = {"url": reverse(self.viewset.get_url_name("index")), "label": self.model._meta.verbose_name_plural}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.action.label, "sublabel": str(self.object)}]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "action": self.action,
            "row": self.object,
            "consequence": self.action.consequence(self.object),
        }


class ScopedViewSet(ModelViewSet):
    """`services` replace saving a form: {"add": service(form, actor)}; `read` joins and annotates scoped rows."""

    policy_class = ScopedPolicy
    copy_view_enabled = add_to_reference_index = False
    inspect_view_enabled = True
    index_results_template_name = "kit/index_results.html"
    form_fields: list[str] = []
    counted_in = "条"
    add_label = ""
    sort_keys: dict[str, str] = {}
    services: dict[str, Callable] = {}
    actions: tuple[Action, ...] = ()

    def __init__(self, name=None, **kwargs):
        super().__init__(name, **kwargs)
        policy_registry.register(self.model, self.policy_class(self.model), exact_class=True)

    def read(self, rows):
        return rows

    def url_after(self, result) -> str:
        """Where an action leads once it is done."""
        return reverse(self.get_url_name("index"))

    def open_actions(self, row, user):
        held = (action for action in self.actions if user.has_perm(action.permission) and action.is_open(row))
        return [(action, reverse(self.get_url_name(action.name), args=[row.pk])) for action in held]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"usage_url_name": None, **kwargs})

    def construct_view(self, view_class, **kwargs):
        guard = ScopedRow
        if issubclass(view_class, BaseListingView) and not issubclass(view_class, BaseObjectMixin):
            guard = ScopedList
        elif issubclass(view_class, InspectView | ActionView):
            guard = ScopedInspect if issubclass(view_class, InspectView) else ScopedAction
        return super().construct_view(type(view_class.__name__, (guard, view_class), {"viewset": self}), **kwargs)

    def get_urlpatterns(self):
        """Views of what the policy never allows do not exist."""
        allowed = self.policy_class.allowed
        kept = [pattern for pattern in super().get_urlpatterns() if NEEDS.get(pattern.name, "view") in allowed]
        pk = f"<{self.pk_path_converter}:pk>/"
        acts = [path(f"{a.name}/{pk}", self.construct_view(ActionView, action=a), name=a.name) for a in self.actions]
        return kept + acts
