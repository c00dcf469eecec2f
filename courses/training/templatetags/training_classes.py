from django import template

from courses.catalogue.filters import module_labels
from courses.training.services.sessions import amount_of

register = template.Library()
TONES = {"ENROLLING": "blue", "READY": "ok", "CHECKED": "due", "POSTED": "ok", "CANCELLED": "bad"}


@register.filter
def state_tone(state: str) -> str:
    return TONES.get(state, "")


register.filter("amount", amount_of)


@register.filter
def filled(row) -> int:
    """How many hundredths of the seats are taken."""
    return min(100, row.seats_taken * 100 // row.capacity)


@register.filter
def module_label(code: str) -> str:
    return module_labels().get(code, code)
