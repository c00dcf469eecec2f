"""What speaks against somebody's coming to a class: warnings, which an office may pass over with a reason."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from courses.training.models import ClassSession, DutyShift, Enrollment, TrainingClass
from lms.people.models import Officer

OTHER_CLASS, DUTY_SHIFT, AWAY = "OTHER_CLASS", "DUTY_SHIFT", "AWAY"
LABELS = {OTHER_CLASS: "与另一个班的课次重叠", DUTY_SHIFT: "与值班重叠", AWAY: "长期病假、产假或离岗"}
ABSENT = (Officer.Status.SICK_LEAVE, Officer.Status.MATERNITY, Officer.Status.OFF_POST)
LIVE = (Enrollment.State.PENDING, Enrollment.State.WAITLISTED, Enrollment.State.CONFIRMED)


def clashes_of(officers: Iterable[Officer], training_class: TrainingClass) -> dict[int, list[str]]:
    """Codes by officer, for those who have any: three queries for any number of people."""
    ids = [officer.pk for officer in officers]
    held = ClassSession.objects.filter(is_cancelled=False)
    meeting = Exists(held.filter(training_class=training_class, during__overlap=OuterRef("during")))
    sessions = held.filter(meeting, training_class=OuterRef("training_class"))
    elsewhere = Enrollment.objects.filter(Exists(sessions), officer__in=ids, state__in=LIVE)
    found = {
        OTHER_CLASS: elsewhere.exclude(training_class=training_class).exclude(training_class__state="CANCELLED"),
        DUTY_SHIFT: DutyShift.objects.filter(meeting, officer__in=ids),
        AWAY: Officer.objects.filter(pk__in=ids, status__in=ABSENT),
    }
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for code, rows in found.items():
        name = "pk" if code == AWAY else "officer"
        for pk in rows.order_by().values_list(name, flat=True).distinct():
            codes[pk].append(code)
    return dict(codes)


def worded(codes: Iterable[str]) -> str:
    return "、".join(LABELS.get(code, code) for code in codes)
