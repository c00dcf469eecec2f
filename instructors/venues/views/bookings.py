"""The console's form of a booking, new or changed. A refusal by the service stands above it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.generic import FormView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from instructors.venues.forms import ConsoleBookingForm, initial_of
from instructors.venues.models import Booking
from instructors.venues.services.bookings import REQUEST, STANDING, change_booking, may_decide, request_booking
from lms.kit.viewsets import refuse

CHANGE = "venues.change_booking"


def page_of(row: Booking) -> str:
    return reverse("booking:inspect", args=[row.pk])


class AddBooking(WagtailAdminTemplateMixin, FormView):
    template_name = "venues/booking_form.html"
    page_title, submit = "预约场地", "提交"
    form_class = ConsoleBookingForm

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(REQUEST):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self):
        asked = self.request.GET
        return {"venue": asked.get("venue", ""), "day": parse_date(asked.get("date", "") or "")}

    def form_valid(self, form):
        try:
            row = self.save(form)
        except ValidationError as refusal:
            refuse(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, f"{row.venue}，{row.span}：{row.get_state_display()}。")
        return redirect(page_of(row))

    def save(self, form):
        return request_booking(form.wish(), form.cleaned_data["unit"], actor=self.request.user)

    def get_consequence(self):
        return "提交后由场地管理单位审批；归本单位管理的场地，提交即预约成功。"

    def get_breadcrumbs_items(self):
        index = {"url": reverse("booking:index"), "label": "场地预约"}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        context = {"submit": self.submit, "back": reverse("booking:index"), "consequence": self.get_consequence()}
        return super().get_context_data(**kwargs) | context


class ChangeBooking(AddBooking):
    page_title, submit = "修改预约", "保存"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        rows = Booking.objects.within(request.user, CHANGE).filter(session=None, state__in=STANDING)
        self.row = get_object_or_404(rows.select_related("venue__unit", "unit"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_consequence(self):
        is_given = self.row.state == Booking.State.CONFIRMED and not may_decide(self.request.user, self.row.venue)
        return "已同意的预约改时间或场地，须重新审批，原来的时间随即让出。" if is_given else ""

    def get_initial(self):
        return initial_of(self.row)

    def get_form(self, *args, **kwargs):
        form = super().get_form(*args, **kwargs)
        del form.fields["unit"]
        return form

    def save(self, form):
        return change_booking(self.row, form.wish(), actor=self.request.user)
