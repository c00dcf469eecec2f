"""How tests come in by the front door."""

from django.contrib.auth import get_user

from lms.audit.models import AuditEvent
from tests import factory

LOGIN = "/accounts/login/"


def sign_in(client, staff_no, password=factory.PASSWORD, **extra):
    return client.post(LOGIN, {"login": staff_no, "password": password}, **extra)


def is_in(client) -> bool:
    return get_user(client).is_authenticated


def codes(answer) -> list[str]:
    return [error.code for error in answer.context["form"].non_field_errors().as_data()]


def actions(officer) -> list[str]:
    """What the log says was done to an account, in order."""
    events = AuditEvent.objects.filter(target=f"people.user:{officer.user_id}").order_by("pk")
    return list(events.values_list("action", flat=True))
