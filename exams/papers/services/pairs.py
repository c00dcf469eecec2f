"""Questions that must not meet in one paper. Papers drawn before keep what they have."""

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.bank.models import Question
from exams.papers.models import ForbiddenPair
from lms.audit.services import record

ADD, REMOVE = "papers.add_forbiddenpair", "papers.delete_forbiddenpair"


@transaction.atomic
def forbid(first: Question, second: Question, reason: str, *, actor) -> ForbiddenPair:
    """From now on no new paper holds both. ValidationError for one question twice, and for a pair there is."""
    if first == second:
        raise ValidationError("请填两道不同的试题。", code="same")
    one, other = sorted((first, second), key=lambda question: question.pk)
    pair, is_new = ForbiddenPair.objects.get_or_create(first=one, second=other, defaults={"reason": reason})
    if not is_new:
        raise ValidationError("这两道试题已经设为互斥。", code="known")
    record(ADD, actor=actor, target=pair, first=one.pk, second=other.pk, reason=reason)
    return pair


@transaction.atomic
def allow(pair: ForbiddenPair, *, actor, reason: str) -> None:
    """The pair may meet again in new papers."""
    record(REMOVE, actor=actor, target=pair, first=pair.first_id, second=pair.second_id, reason=reason, was=pair.reason)
    pair.delete()
