"""The subscription address of an officer's own sessions."""

from uuid import uuid4

from django.db import transaction

from courses.training.models import CalendarFeed, ClassSession, Enrollment
from lms.audit.services import record
from lms.people.models import Officer, User


def feed_of(officer: Officer) -> CalendarFeed:
    return CalendarFeed.objects.get_or_create(officer=officer)[0]


@transaction.atomic
def renew_feed(officer: Officer, *, actor: User) -> CalendarFeed:
    feed, _ = CalendarFeed.objects.update_or_create(officer=officer, defaults={"key": uuid4()})
    record("training.renew_calendar", actor=actor, target=feed, unit=officer.unit)
    return feed


def sessions_of(officer: Officer):
    """Also those that were cancelled: a calendar has to be told."""
    own = officer.enrollments.filter(state__in=Enrollment.SEATED).exclude(state=Enrollment.State.DISMISSED)
    rows = ClassSession.objects.filter(training_class__in=own.values("training_class"))
    return rows.exclude(training_class__state="DRAFT").select_related("training_class", "venue").order_by("during")
