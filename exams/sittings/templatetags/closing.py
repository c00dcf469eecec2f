from django import template

from exams.sittings.models import Attempt, Score
from exams.sittings.services.closing import ClosingTest, attempts_of, is_pass

register = template.Library()


@register.inclusion_tag("sittings/closing_test.html", takes_context=True)
def closing_test(context, course_id: int, is_finished):
    """The test that closes a course, and where this officer stands with it. Nothing for courses without."""
    officer = getattr(context["request"].user, "officer", None)
    test = ClosingTest.objects.select_related("exam").filter(course=course_id, exam__checked_at__isnull=False).first()
    if test is None or officer is None:
        return {}
    attempts = list(attempts_of(officer, test.exam).select_related("candidate")) if is_finished else []
    scores = Score.objects.filter(attempt__in=attempts).latest()
    passed = next((score for score in scores if is_pass(score, test.exam)), None)
    last = attempts[0] if attempts else None
    return {
        "exam": test.exam, "is_finished": is_finished, "last": last, "passed": passed,
        "is_under_way": last is not None and last.state in (Attempt.State.READY, Attempt.State.OPEN),
        "left": test.exam.attempts - len(attempts), "request": context["request"],
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip
