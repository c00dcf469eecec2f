"""What the demo city's instructors have taught and how they were found, last year's review, and rounds under way."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from courses.catalogue.models import ItemCode, Topic
from courses.training.models import ClassSession
from courses.training.services.teaching import evidence_of
from instructors.pool.models import Appointment, Instructor, LessonRating, Level, PodiumMember, SelectionRound, Teaching
from instructors.pool.services.appointments import approve_appointment
from instructors.pool.services.reviews import count_review, decide_below, to_review, year_terms
from instructors.pool.services.selection import Profile, arrange_trial, nominate, open_round, start_reviews
from instructors.pool.services.trials import fail_nomination, offer_for, pass_nomination, score_trial
from lms.people.models import Officer, OrgUnit, User

BATCH = 2000
RATED_DAYS = 120
TITLES = ("执法文书制作要点", "行政处罚程序", "现场执法沟通", "案件审核常见问题", "违法建筑认定", "建筑垃圾治理")
MARKS = {"rubric_content": 27, "rubric_practice": 22, "rubric_delivery": 21, "rubric_material": 17}
POOR = {"rubric_content": 20, "rubric_practice": 17, "rubric_delivery": 16, "rubric_material": 14}


def teach(today: date, seed: int) -> tuple[int, int]:
    """(lessons, opinions): every session that is over, and last year's lessons as they were registered."""
    random = Random(f"{seed}:lessons")  # noqa: S311
    over = ClassSession.objects.filter(
        during__endswith__lt=timezone.now(), instructor__isnull=False, is_cancelled=False
    )
    sessions = list(over.exclude(training_class__form="TEAM_SESSION").order_by("pk"))
    rows = [*_of_sessions(over.order_by("pk")), *_of_last_year(today.year - 1, random), *_of_heads(today)]
    Teaching.objects.bulk_create(rows, BATCH)
    ratings = list(_opinions(sessions, today, random))
    LessonRating.objects.bulk_create(ratings, BATCH)
    return len(rows), len(ratings)


def _of_sessions(sessions) -> Iterator[Teaching]:
    seen = set()
    for session in sessions:
        on = timezone.localdate(session.during.lower)
        key = (session.instructor_id, on.year, session.title)
        hours = Decimal((session.during.upper - session.during.lower).total_seconds()) / 2700
        yield Teaching(
            instructor_id=session.instructor_id, evidence=evidence_of(session), on=on, title=session.title,
            delivered_hours=hours.quantize(Decimal("0.01")), is_repeat=key in seen,
        )  # fmt: skip
        seen.add(key)


def _of_last_year(year: int, random: Random) -> Iterator[Teaching]:
    """Most taught enough, some did not."""
    held = Appointment.objects.in_force_on(date(year, 12, 31)).order_by("instructor_id")
    for pk in held.values_list("instructor", flat=True).distinct():
        for number in range(random.choice((4, 5, 6, 4, 5, 8, 4, 2))):
            on = date(year, 1 + number * 11 // 8, random.randint(1, 28))
            yield Teaching(
                instructor_id=pk, evidence=f"lms.portal.demo:lesson:{year}:{pk}:{number}", on=on,
                title=TITLES[number % len(TITLES)], delivered_hours=Decimal(random.choice(("2", "2", "4"))),
            )  # fmt: skip


def _of_heads(today: date) -> Iterator[Teaching]:
    """Those heads of department who are in the pool have been on the podium."""
    heads = PodiumMember.objects.select_related("officer").order_by("pk")
    rows = {row.officer_id: row for row in Instructor.objects.filter(officer__podium_terms__in=heads)}
    for number, head in enumerate(head for head in heads if head.officer_id in rows):
        row = rows[head.officer_id]
        on = max(date(today.year, 1, 1), today - timedelta(days=30 * (1 + number)))
        yield Teaching(
            instructor=row, evidence=f"lms.portal.demo:podium:{head.pk}", on=on, title=f"{head.department}业务宣讲",
            delivered_hours=Decimal(2),
        )  # fmt: skip


def _opinions(sessions, today: date, random: Random) -> Iterator[LessonRating]:
    """Of the last months; each instructor has his own height, and now and then too few answer."""
    since = today - timedelta(days=RATED_DAYS)
    heights: dict[int, int] = {}
    for session in sessions:
        on = timezone.localdate(session.during.lower)
        height = heights.setdefault(session.instructor_id, random.randint(82, 95))
        for _ in range(random.choice((3, 9, 14, 18)) if on >= since else 0):
            score = max(40, min(100, 5 * round((height + random.gauss(0, 6)) / 5)))
            yield LessonRating(instructor_id=session.instructor_id, evidence=evidence_of(session), on=on, score=score)


def review_last_year(city: OrgUnit, today: date, actor: User) -> tuple[int, int]:
    """(counted, below): two of three of those below have been talked to already."""
    terms, below = year_terms(today.year - 1), []
    rows = to_review(today.year - 1, city, terms).select_related("officer__user", "unit")
    for row in rows:
        review = count_review(row, terms, actor=actor)
        below += [] if review.is_met else [review]
    for number, review in enumerate(below):
        if number % 3:
            decide_below(review, actor=actor, decision="WARNED", note="全年授课不足，请于今年补足。")
    return len(rows), len(below)


def run_rounds(units, officers, today: date, office: User) -> int:
    """One round of a district among its trial lectures, and one of the city that takes names."""
    district = units["XH"]
    actor, second = User.objects.get(username="DISTRICT-OFFICE-XH"), office
    row = open_round(
        SelectionRound(unit=district, year=today.year, level=Level.DISTRICT, title=f"徐汇区{today.year}年区级师资选聘", target=0,
                       closes_on=today, notes="执法工作满三年，有办案或授课经历。"), actor=actor,
    )  # fmt: skip
    named = list(_put_forward(row, district, officers, actor))
    if named:
        start_reviews(row, actor=actor)
        _hold_trials(named, units, officers, (actor, second), today)
    open_round(
        SelectionRound(unit=units["CITY"], year=today.year, level=Level.CITY, title=f"市局{today.year}年第二批市级师资选聘",
                       target=0, closes_on=today + timedelta(days=25), notes="各区推荐与本人报名相结合。"), actor=office,
    )  # fmt: skip
    return len(named)


def _put_forward(row, district, officers, actor) -> Iterator:
    """Seven who are not in the pool yet."""
    topics, items = tuple(Topic.objects.all()[:5]), tuple(ItemCode.objects.all()[:4])
    known = set(Instructor.objects.exclude(officer=None).values_list("officer", flat=True))
    free = [
        one for one in officers.values()
        if one.unit.path.startswith(district.path) and one.pk not in known and one.status == Officer.Status.SERVING
    ]  # fmt: skip
    for number, officer in enumerate(free[20:27]):
        by = officer.user if number % 2 else actor
        about = "办理一般程序案件百余件，多次为中队授课。"
        yield nominate(row, officer, Profile(about, topics[number % 3 :][:2], items, ["BASIC"]), actor=by)


def _hold_trials(named, units, officers, people, today: date) -> None:
    """Two appointed, one waits for the second person, one failed, one half marked, two not arranged yet."""
    actor, second = people
    judges = [one.user for one in officers.values() if not one.unit.path.startswith(units["XH"].path)][:2]
    at = timezone.make_aware(datetime.combine(today - timedelta(days=3), time(9)))
    for number, one in enumerate(named[:5]):
        arrange_trial(
            one, actor=actor, reviewers=judges, at=at, title=TITLES[number % len(TITLES)], place="区局培训中心一号教室"
        )
        for sheet in list(one.reviews.all())[: 1 if number == 4 else 2]:
            score_trial(
                sheet, POOR if number == 3 else MARKS, actor=sheet.reviewer, comment="内容扎实，可再多讲几个实例。"
            )
    for number, one in enumerate(named[:3]):
        passed = pass_nomination(one, actor=actor, offer=offer_for(one, today))
        if number < 2 and passed.appointment:
            approve_appointment(passed.appointment, actor=second)
    if len(named) > 3:
        fail_nomination(named[3], actor=actor, reason="试讲平均分低于合格线，建议准备后参加下一轮。")
