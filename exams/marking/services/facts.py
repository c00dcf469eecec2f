"""What keeps a marker from a script, written down when the script or the marker comes: later moves change nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from courses.training.models import ClassSession, Enrollment, TrainingClass
from exams.marking.models import MarkerBar, Script
from exams.sittings.models import Attempt, Candidate
from instructors.mentorship.models import Mentorship
from lms.people.models import User

CLASS_DAYS = 366


def facts_of_writers(attempts: Iterable[Attempt], small_team: int) -> dict[int, dict]:
    """{attempt: facts}. A team with fewer candidates than `small_team` would be known by its few: its district counts."""
    rows = list(attempts)
    officers = [one.candidate.officer_id for one in rows]
    classes, pairs = _classes_of_officers(officers), _pairs_of(officers)
    people = Counter(
        Candidate.objects.filter(exam__in={one.candidate.exam_id for one in rows}).values_list("unit", flat=True)
    )
    found = {}
    for one in rows:
        candidate = one.candidate
        is_small = people[candidate.unit_id] < small_team
        found[one.pk] = {
            "user": candidate.officer.user_id,
            "unit": candidate.unit.city_level_path if is_small else candidate.unit.path,
            "is_whole_city": candidate.unit.is_whole_city,
            "classes": sorted(classes[candidate.officer_id]), "pairs": sorted(pairs[candidate.officer_id]),
        }  # fmt: skip
    return found


def _recent():
    return timezone.localdate() - timedelta(days=CLASS_DAYS)


def _classes_of_officers(officers: list[int]) -> dict[int, set[int]]:
    rows = Enrollment.objects.filter(officer__in=officers, training_class__ends_on__gte=_recent())
    rows = rows.exclude(state__in=Enrollment.GONE).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for officer, of_class in rows.values_list("officer", "training_class"):
        found[officer].add(of_class)
    return found


def _pairs_of(officers: list[int]) -> dict[int, set[int]]:
    """Users who are or were mentor or apprentice of each."""
    rows = Mentorship.objects.filter(Q(mentor__in=officers) | Q(apprentice__in=officers)).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for mentor, mentor_user, apprentice, apprentice_user in rows.values_list(
        "mentor", "mentor__user", "apprentice", "apprentice__user"
    ):
        found[mentor].add(apprentice_user)
        found[apprentice].add(mentor_user)
    return found


def facts_of_marker(user: User) -> dict:
    """His unit, and the classes he heads, teaches or sits in."""
    officer = getattr(user, "officer", None)
    headed = TrainingClass.objects.filter(head_teacher=user, ends_on__gte=_recent()).values_list("pk", flat=True)
    taught = ClassSession.objects.filter(
        instructor__officer__user=user, training_class__ends_on__gte=_recent()
    ).values_list("training_class", flat=True)
    sat = _classes_of_officers([officer.pk])[officer.pk] if officer else set()
    return {"unit": officer.unit.path if officer else "", "classes": sorted({*headed, *taught, *sat})}


def deposit_bar(script: Script, user: User, *, reason: str, evidence: str) -> MarkerBar:
    """Somebody may not mark this script again, whatever the facts say; told twice, written once."""
    return MarkerBar.objects.get_or_create(
        evidence=evidence, defaults={"script": script, "user": user, "reason": reason}
    )[0]
