"""Questions within a lesson, marked here; the key never leaves the server before an answer is given."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.learning.models import CourseProgress
from courses.learning.services.completion import finish_video_if_done, is_video, terms_on


@dataclass(frozen=True)
class Marked:
    progress: CourseProgress
    is_right: bool
    explain: str


@transaction.atomic
def answer_question(progress: CourseProgress, position: int, question: int, chosen: int) -> Marked:
    """Mark one try and keep it. DoesNotExist where there is no such lesson or question."""
    lessons = progress.version.lessons
    asked = lessons[position - 1].get("questions", []) if 1 <= position <= len(lessons) else []
    if question >= len(asked):
        raise CourseProgress.DoesNotExist
    if chosen >= len(asked[question]["options"]):
        raise ValidationError("没有这个选项。", code="no_option")
    now = timezone.now()
    CourseProgress.objects.select_for_update(of=("self",), no_key=True).get(pk=progress.pk)
    is_right = asked[question]["answer"] == chosen
    progress.answers.create(position=position, question=question, chosen=chosen, is_right=is_right, answered_at=now)
    if is_video(lessons[position - 1]):
        progress = finish_video_if_done(progress, position, terms_on(now), now)
    return Marked(progress, is_right, asked[question].get("explain", ""))
