"""Who has learnt online in the demo city: courses completed in the weeks before today, and the certificates for them."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from courses.catalogue.models import CourseVersion
from courses.learning.models import CourseProgress, LessonReading
from courses.learning.services.completion import complete_if_done
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.changes import approve_change, propose_change
from lms.certificates.services.issuing import issue
from lms.people.models import Officer, User

Change = CertificateEvent.Change
COURSES = ("C05", "C37", "C02", "M05")
LEARNERS, UNDER_WAY, CERTIFIED, WEEKS = 36, 12, 20, 6
CHANGES = (
    (Change.SUSPEND, "学习记录正在复查，复查期间暂停使用。", True),
    (Change.REVOKE, "学习记录经查不实。", True),
    (Change.SUPERSEDE, "持证人调动，单位名称有变。", False),
)


def learn(officers: list[Officer], today: date, seed: int) -> list[CourseProgress]:
    """The first few dozen complete a course, the next ones are in the middle of one; courses take turns."""
    random = Random(f"{seed}:online")  # noqa: S311
    found = {version.course.code: version for version in _versions()}
    versions = [found[code] for code in COURSES if code in found]
    chosen = random.sample(officers, min(LEARNERS + UNDER_WAY, len(officers)))
    days = [min(random.randrange(WEEKS * 7), today.timetuple().tm_yday - 1) for _ in chosen]
    return [
        _learnt(officer, versions[place % len(versions)], _evening(today, back), whole=place < LEARNERS)
        for place, (officer, back) in enumerate(zip(chosen, days, strict=True))
    ]


def _versions():
    return CourseVersion.objects.current().select_related("course").filter(course__code__in=COURSES)


def _evening(today: date, days_back: int) -> datetime:
    at = timezone.make_aware(datetime.combine(today - timedelta(days=days_back), time(20, 5)))
    return min(at, timezone.now())


def _learnt(officer: Officer, version: CourseVersion, at: datetime, *, whole: bool) -> CourseProgress:
    progress = CourseProgress.objects.create(
        officer=officer, version=version, year=timezone.localdate(at).year,
        started_at=at - timedelta(minutes=version.minutes),
    )  # fmt: skip
    lessons = list(enumerate(version.lessons, start=1))
    for position, lesson in lessons if whole else lessons[:-1]:
        LessonReading.objects.create(
            progress=progress, position=position, officer=officer, seconds=lesson["seconds"], finished_at=at
        )
    return complete_if_done(progress, at)


def certify(learnt: list[CourseProgress], proposer: User, checker: User) -> None:
    """The first twenty have their certificate; of three something has been said since."""
    for progress in [one for one in learnt if one.completed_at][:CERTIFIED]:
        issue(progress.evidence_key, actor=checker)
    held = (
        Certificate.objects.within(proposer, "certificates.propose_change").filter(officer__isnull=False).order_by("pk")
    )
    for certificate, (change, reason, is_checked) in zip(held, CHANGES, strict=False):
        event = propose_change(certificate, actor=proposer, change=change, reason=reason)
        if is_checked:
            approve_change(event, actor=checker)
