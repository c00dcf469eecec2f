"""What of the training below rests on a pass: the completion of the class somebody sat the exam with."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from courses.training.models import Enrollment
from exams.results.registry import Dependant
from exams.sittings.models import Attempt, Outcome


def completions_on(outcomes: Sequence[Outcome]) -> Iterable[Dependant]:
    """`outcomes` are what took the place of the passes."""
    by_attempt = {one.attempt_id: one for one in outcomes}
    seats = Attempt.objects.filter(pk__in=by_attempt, candidate__facts__has_key="class")
    members: dict[tuple[int, int | None], Outcome] = {
        (training_class, officer): by_attempt[pk]
        for pk, officer, training_class in seats.values_list("pk", "candidate__officer", "candidate__facts__class")
    }
    done = Enrollment.objects.filter(state=Enrollment.State.PASSED, training_class__in={one for one, _ in members})
    for row in done.filter(officer__in={one for _, one in members}).select_related("training_class", "officer"):
        if outcome := members.get((row.training_class_id, row.officer_id)):
            yield Dependant(
                outcome,
                f"training.enrollment:{row.pk}",
                f"结业：{row.officer.name}（{row.training_class.title}）"[:120],
                reverse("completion:inspect", args=[row.training_class_id]),
            )
