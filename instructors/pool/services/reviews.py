"""A year of an instructor, counted from its evidence; who met it is renewed, who did not is listed for a decision."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from courses.catalogue.models import Courseware
from instructors.pool.models import Appointment, Instructor, YearReview
from instructors.pool.models.appointments import DAY
from instructors.pool.services.appointments import end_appointment, renew, stretch
from instructors.pool.services.ratings import rating_of
from instructors.pool.terms import TERM, USE, Terms, terms_on
from lms.audit.services import record
from lms.jobs.models import Job
from lms.jobs.services import enqueue
from lms.notices.services import notify
from lms.people.models import OrgUnit, User

START, DECIDE = "pool.add_yearreview", "pool.decide_yearreview"
KIND = "pool.year_review"
SYSTEM = "SYSTEM-POOL"
Decision = YearReview.Decision


@dataclass(frozen=True)
class YearTerms:
    year: int
    asked: Terms
    use: Terms

    @property
    def ends_on(self) -> date:
        return date(self.year, 12, 31)


def year_terms(year: int) -> YearTerms:
    last = date(year, 12, 31)
    return YearTerms(year, terms_on(TERM, last), terms_on(USE, last))


def start_reviews(year: int, unit: OrgUnit, *, actor: User) -> Job:
    today = timezone.localdate()
    if today < date(year, 12, 1):
        raise ValidationError(f"{year}年度考评从{year}年12月1日起办理，授课还在进行。", code="too_early")
    title, key = f"{unit}{year}年度师资考评", f"{unit.pk}:{year}"
    return enqueue(KIND, actor=actor, unit=unit, title=title, params={"year": year, "unit": unit.pk}, key=key)


def to_review(year: int, unit: OrgUnit, terms: YearTerms):
    """In the pool long enough in the year to be judged by it, and still in it at its end."""
    since = terms.ends_on - timedelta(days=terms.use.number("review_days"))
    held = Appointment.objects.in_force_on(terms.ends_on).filter(during__startswith__lte=since)
    return Instructor.objects.filter(unit__path__startswith=unit.path, pk__in=held.values("instructor")).order_by("pk")


@transaction.atomic
def count_review(instructor: Instructor, terms: YearTerms, *, actor: User) -> YearReview:
    """Counted anew until somebody has decided; of the met the decision follows by itself."""
    Instructor.objects.select_for_update(no_key=True).get(pk=instructor.pk)
    row = YearReview.objects.filter(instructor=instructor, year=terms.year).first()
    if row and row.decision:
        return row
    row = row or YearReview(instructor=instructor, year=terms.year)
    _count(row, terms)
    row.save()
    if row.is_met:
        _conclude_met(row, terms, actor)
    return row


def _count(row: YearReview, terms: YearTerms) -> None:
    lessons = row.instructor.teachings.standing().filter(on__year=terms.year)
    found = lessons.aggregate(n=Count("pk"), hours=Sum("delivered_hours", default=0))
    rating = rating_of(row.instructor.ratings.filter(on__year=terms.year), terms.asked.number("responses"))
    row.lectures, row.hours, row.responses, row.score = found["n"], found["hours"], rating.count, rating.mean
    row.courseware = _courseware(row.instructor, terms.year)
    taught = row.lectures >= terms.asked.number("lectures") or row.hours >= terms.asked.amount("hours")
    row.is_met = taught and (row.score is None or row.score >= terms.asked.amount("score"))
    row.years_below = 0 if row.is_met else 1 + _below_before(row)
    row.rule_version, row.counted_at = terms.asked.version, timezone.now()


def _courseware(instructor: Instructor, year: int) -> int:
    if not instructor.officer_id:
        return 0
    return Courseware.objects.filter(
        made_by=instructor.officer.user, checked_at__isnull=False, made_at__year=year
    ).count()


def _below_before(row: YearReview) -> int:
    """How many years in a row before this one were below; an excused year interrupts nothing and counts for nothing."""
    earlier = YearReview.objects.filter(instructor=row.instructor, year__lt=row.year).order_by("-year")
    years, expected = 0, row.year - 1
    for one in earlier:
        if one.is_met or one.year != expected:
            break
        years, expected = years + (one.decision != Decision.EXCUSED), expected - 1
    return years


def _conclude_met(row: YearReview, terms: YearTerms, actor: User) -> None:
    last = timezone.localdate() + timedelta(days=terms.use.number("renew_days"))
    ending = Appointment.objects.in_force_on(terms.ends_on).filter(
        instructor=row.instructor, during__endswith__lte=last + DAY, end_reason="", renewed_by=None
    )
    renewed = [_renew(one, actor) for one in ending]
    row.decision = Decision.RENEWED if renewed else Decision.KEPT
    row.decided_by, row.decided_at = actor, timezone.now()
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    record("pool.conclude_review", actor=actor, target=row, decision=row.decision, lectures=row.lectures)


def _renew(appointment: Appointment, actor: User) -> Appointment:
    """Proposed by the evidence, agreed to by whoever started the review."""
    found = renew(appointment, actor=system_user())
    found.checked_by, found.checked_at = actor, timezone.now()
    found.save(update_fields=["checked_by", "checked_at"])
    record("pool.renew_appointment", actor=actor, target=found, evidence="年度考评达标")
    if found.instructor.officer:
        body = f"年度考评达标，{found.get_level_display()}续聘，聘期{stretch(found)}。"
        notify([found.instructor.officer.user], title="自动续聘", body=body)
    return found


def system_user() -> User:
    user, made = User.objects.get_or_create(
        username=SYSTEM, defaults={"first_name": "系统（年度考评）", "is_active": False}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def decide_below(review: YearReview, *, actor: User, decision: str, note: str) -> YearReview:
    """What becomes of a year below: improve, excused, or out."""
    instructor = Instructor.objects.select_for_update(no_key=True, of=("self",)).select_related("officer").get(
        pk=review.instructor_id
    )  # fmt: skip
    row = YearReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if row.decision or row.is_met:
        raise ValidationError("该考评已有结论。", code="decided")
    if instructor.officer and instructor.officer.user_id == actor.pk:
        raise ValidationError("不能决定本人的考评，请由他人办理。", code="oneself")
    if decision == Decision.EXITED:
        _exit(row, actor, note)
    row.decision, row.note, row.decided_by, row.decided_at = decision, note, actor, timezone.now()
    row.save(update_fields=["decision", "note", "decided_by", "decided_at"])
    record("pool.decide_review", actor=actor, target=row, decision=decision, note=note)
    if instructor.officer and decision != Decision.EXITED:
        label = row.get_decision_display()
        notify([instructor.officer.user], title=f"{row.year}年度考评：{label}", body=f"授课{row.lectures}次。{note}")
    return row


def _exit(row: YearReview, actor: User, note: str) -> None:
    least, today = terms_on(USE, timezone.localdate()).number("years_below"), timezone.localdate()
    if row.years_below < least:
        raise ValidationError(
            f"连续{least}年不达标的才办理退出，该教员为连续{row.years_below}年；可以先限期改进。",
            code="too_early_to_exit",
        )
    for one in Appointment.objects.in_force_on(today).filter(instructor=row.instructor_id, end_reason=""):
        end_appointment(one, actor=actor, on=today, end_reason=Appointment.End.BELOW, note=note)
