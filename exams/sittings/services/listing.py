"""Looking for candidates: by what people are, by class, by number; shown first, carried out as shown."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from courses.training.models import Enrollment, TrainingClass
from exams.sittings.models import Candidate, Sitting
from exams.sittings.services.candidates import NOMINATE, RUN, Answer, add_candidates, nominate, quota_of
from exams.sittings.services.windows import seats_of
from lms.people.models import Officer, OrgUnit, User
from lms.people.querysets import in_units

PLAIN = {"rank": "rank", "status": "status", "source": "source", "entered_on__gte": "entered_since"}


@dataclass(frozen=True)
class Wanted:
    """`most`: no more people than that, from all units alike."""

    unit: OrgUnit | None = None
    rank: str = ""
    status: str = ""
    source: str = ""
    entered_since: date | None = None
    training_class: TrainingClass | None = None
    numbers: str = ""
    most: int | None = None


def right_over(user: User, sitting: Sitting) -> str:
    """By which permission somebody fills a sitting: as its office, or for his own unit's places."""
    is_office = Sitting.objects.within(user, RUN).filter(pk=sitting.pk).exists()
    return RUN if is_office else NOMINATE


def chosen(user: User, sitting: Sitting, wanted: Wanted) -> list[Officer]:
    """Those the user may put on the list who are not yet candidates of the exam, in the order of units."""
    rows = Officer.objects.in_service().filter(user.scope_filter(right_over(user, sitting), "unit"))
    if wanted.unit:
        rows = rows.filter(in_units([wanted.unit], "unit"))
    plain = {lookup: value for lookup, name in PLAIN.items() if (value := getattr(wanted, name))}
    rows = rows.filter(**plain)
    if wanted.training_class:
        seated = wanted.training_class.enrollments.filter(state__in=Enrollment.SEATED).exclude(state="DISMISSED")
        rows = rows.filter(pk__in=seated.values("officer"))
    if wanted.numbers:
        rows = rows.filter(staff_no__in=_known(rows, wanted.numbers))
    rows = rows.exclude(pk__in=Candidate.objects.filter(exam=sitting.exam_id).values("officer")).select_related("unit")
    return _some(rows, wanted.most)


def _known(rows: QuerySet[Officer], text: str) -> list[str]:
    numbers = list(dict.fromkeys(text.replace("，", " ").replace(",", " ").split()))
    found = set(rows.filter(staff_no__in=numbers).values_list("staff_no", flat=True))
    if missing := [number for number in numbers if number not in found]:
        message = f"没有这些人员，或不符合其他条件、不在您的管理范围内：{'、'.join(missing[:10])}。"
        raise ValidationError(message, code="unknown")
    return numbers


def _some(rows: QuerySet[Officer], most: int | None) -> list[Officer]:
    if not most:
        return list(rows.order_by("unit__path", "staff_no"))
    turn = Window(RowNumber(), partition_by="unit", order_by="staff_no")
    dealt = rows.annotate(turn=turn).order_by(F("turn"), "unit__path")[:most]
    return sorted(dealt, key=lambda one: (one.unit.path, one.staff_no))


@dataclass
class Preview:
    """Who would be entered; carried out only as it was shown. `over` of them would find no seat or place."""

    officers: Sequence[Officer]
    left: int | None
    units: list[dict] = field(default_factory=list)
    training_class: TrainingClass | None = None

    @property
    def over(self) -> int:
        return 0 if self.left is None else max(0, len(self.officers) - self.left)

    @property
    def entering(self) -> int:
        return len(self.officers) - self.over

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(",".join(str(one.pk) for one in self.officers).encode()).hexdigest()


def preview(
    user: User, sitting: Sitting, officers: Sequence[Officer], training_class: TrainingClass | None = None
) -> Preview:
    present = sitting.candidates.exclude(state=Candidate.State.DEFERRED)
    if right_over(user, sitting) == RUN:
        seats = seats_of(sitting)
        return Preview(officers, seats - present.count() if seats else None, _by_unit(officers), training_class)
    own = own_quotas(user, sitting)
    paths = list(present.values_list("unit__path", flat=True))
    left = sum(one.places - sum(quota_of(own, path) == one for path in paths) for one in own)
    return Preview(officers, max(0, left), _by_unit(officers), training_class)


def own_quotas(user: User, sitting: Sitting) -> list:
    return list(sitting.quotas.filter(user.scope_filter(NOMINATE, "unit")).select_related("unit"))


def _by_unit(officers: Sequence[Officer]) -> list[dict]:
    counts: dict[str, dict] = {}
    for one in officers:
        counts.setdefault(one.unit.path, {"name": one.unit.name, "count": 0})["count"] += 1
    return [counts[path] for path in sorted(counts)]


@transaction.atomic
def carry_out(user: User, sitting: Sitting, shown: Preview, fingerprint: str) -> list[Answer]:
    if shown.fingerprint != fingerprint:
        raise ValidationError("预览之后人员有变化，请核对新的结果后再确认。", code="changed")
    if not shown.officers:
        raise ValidationError("没有符合条件的人员。", code="nobody")
    enter = add_candidates if right_over(user, sitting) == RUN else nominate
    answers = enter(sitting, shown.officers, actor=user)
    if shown.training_class:
        _came_from(shown.training_class, [one.candidate for one in answers if one.candidate])
    return answers


def _came_from(training_class: TrainingClass, candidates: list[Candidate]) -> None:
    """Whoever sits as a member of a class: its completion rests on his pass."""
    for one in candidates:
        one.facts["class"] = training_class.pk
    Candidate.objects.bulk_update(candidates, ["facts"])
