"""The console's page of one named base."""

from datetime import timedelta

from django.utils import timezone
from wagtail.admin.views.generic import IndexView, InspectView

from instructors.bases.entitlement import key_of
from instructors.bases.terms import terms_on
from instructors.bases.usage import use_of
from lms.certificates.models import Certificate

YEARS_SHOWN = 3


class BaseIndexView(IndexView):
    def get_edit_url(self, instance):
        """Rows lead to the base's page."""


class BaseView(InspectView):
    template_name = "bases/base.html"

    def get_context_data(self, **kwargs):
        base, today = self.object, timezone.localdate()
        until = base.named_on + timedelta(days=terms_on(today).flagship_days)
        return super().get_context_data(**kwargs) | {
            "base": base,
            "steps": self.viewset.open_actions(base, self.request.user),
            "course_until": until,
            "course_days": (until - today).days,
            "review_days": (base.review_due_on - today).days,
            "use": use_by_year(base, today),
            "reviews": [base.naming, *base.reviews.order_by("id")],
            "decisions": base.decisions.select_related("made_by", "checked_by"),
            "plaque": Certificate.objects.standing_for(key_of(base)),
        }


def use_by_year(base, today) -> list[tuple[int, object]]:
    """The years since it was named, the present one first."""
    first = max(base.named_on.year, today.year - YEARS_SHOWN + 1)
    return [
        (year, use_of([base.venue_id], today.replace(year=year, month=1, day=1),
                      min(today, today.replace(year=year, month=12, day=31)))[base.venue_id])
        for year in range(today.year, first - 1, -1)
    ]  # fmt: skip
