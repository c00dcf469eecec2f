"""Signing in with the code on the classroom's screen: at once, or sent later by a phone that had no network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment
from courses.training.services.attendance import Mark, check_running, locked_session, put_all, terms_of
from courses.training.sign_code import begin_of, cleaned, find_window, read_nonce
from courses.training.sign_terms import SignTerms

GUESSES, A_MINUTE = 10, 60
GUESSED = {"bad_code", "future_code", "bad_nonce"}
State, Method = Attendance.State, Attendance.Method
AGAIN = "请扫教室屏幕上现在的码，或请班主任点名。"


@dataclass(frozen=True)
class Scan:
    session: ClassSession
    code: str
    nonce: str = ""


@dataclass(frozen=True)
class Signed:
    attendance: Attendance
    is_new: bool


def sign_in(user, scan: Scan) -> Signed:
    """Not one transaction: a refusal is rolled back, but a wrong code is counted."""
    key = f"training-sign:{user.pk}:{int(timezone.now().timestamp()) // A_MINUTE}"
    if cache.get(key, 0) >= GUESSES:
        raise ValidationError("错码太多，请1分钟后再试，或请班主任点名。", code="too_many")
    try:
        return _sign(user, scan, timezone.now())
    except ValidationError as refusal:
        if refusal.code in GUESSED and not cache.add(key, 1, A_MINUTE):
            cache.incr(key)
        raise


@transaction.atomic
def _sign(user, scan: Scan, now: datetime) -> Signed:
    session = locked_session(scan.session)
    enrollment = seat_of(session, user)
    found = session.attendance.filter(enrollment=enrollment).select_related("session").first()
    if found and found.state in Attendance.CREDITED:
        return Signed(found, is_new=False)
    check_running(session)
    if found and found.state == State.ABSENT and not found.is_presumed:
        raise ValidationError("班主任已记缺席。人在教室的，请当面找班主任更正。", code="marked_absent")
    at, method = _proof(session, enrollment, scan, now)
    state = State.LATE if terms_of(session).is_late(at) else State.PRESENT
    (attendance,) = put_all(session, [(enrollment, Mark(state, method, user, at))])
    return Signed(attendance, is_new=True)


def seat_of(session: ClassSession, user) -> Enrollment:
    """The user's seat in the class of a session, or why he has none."""
    rows = Enrollment.objects.filter(training_class=session.training_class_id, officer__user=user)
    enrollment = rows.exclude(state__in=Enrollment.GONE).select_related("officer__user").first()
    if enrollment is None:
        raise ValidationError("您不在本班名单，不能签到。应当参加的，请找班主任核对名单。", code="not_enrolled")
    if enrollment.state == Enrollment.State.CONFIRMED:
        return enrollment
    why = REFUSED.get(enrollment.state, _over)
    code, text = why(enrollment)
    raise ValidationError(text, code=code)


def _waiting(enrollment: Enrollment) -> tuple[str, str]:
    queue = Enrollment.objects.filter(training_class=enrollment.training_class_id).waiting()
    place = list(queue.values_list("pk", flat=True)).index(enrollment.pk) + 1
    return "waitlisted", f"您在本班候补第{place}位，尚未转正，不能签到。名额由主办单位教育培训部门决定。"


def _over(enrollment: Enrollment) -> tuple[str, str]:
    return "class_closed", "这个班已结业，不再签到。考勤有误的，请提出申诉。"


REFUSED: dict[str, Callable[[Enrollment], tuple[str, str]]] = {
    "WAITLISTED": _waiting,
    "PENDING": lambda row: ("pending", "您的报名还没有批准，不能签到。请找主办单位教育培训部门。"),
    "DISMISSED": lambda row: ("dismissed", "您已退班，不能签到。有异议的，可以申诉。"),
}


def _proof(session: ClassSession, enrollment: Enrollment, scan: Scan, now: datetime) -> tuple[datetime, str]:
    """When somebody was in the room, and how that is known; by the server's clock alone."""
    code, terms = cleaned(scan.code), terms_of(session)
    if find_window(session.pk, code, terms.current(now)) is not None:
        check_open(terms, now)
        return now, Method.CODE
    window = find_window(session.pk, code, terms.windows())
    if window is None:
        raise ValidationError(f"这个码不对，或不是这一课次的。{AGAIN}", code="bad_code")
    begin = begin_of(window, terms.seconds)
    if begin > now:
        raise ValidationError(f"这个码还没有到时间。{AGAIN}", code="future_code")
    if not scan.nonce:
        shown = f"{timezone.localtime(begin):%H:%M:%S}"
        text = f"这个码是{shown}显示的，只在{2 * terms.seconds}秒内有效。{AGAIN}"
        raise ValidationError(text, code="expired_code")
    _check_nonce(scan, enrollment, begin + timedelta(seconds=terms.seconds))
    if now - begin > terms.kept:
        hours = terms.kept.total_seconds() / 3600
        raise ValidationError(
            f"离线签到须在{hours:g}小时内补传，已超过。请班主任点名，或提出申诉。", code="sent_too_late"
        )
    return begin, Method.OFFLINE


def check_open(terms: SignTerms, now: datetime) -> None:
    if now < terms.opens_at:
        opens = timezone.localtime(terms.opens_at)
        raise ValidationError(f"{opens:%H:%M}开始签到，请届时再扫。", code="not_open")
    if now > terms.closes_at:
        raise ValidationError("扫码签到已停止。请找班主任点名。", code="sign_in_closed")


def _check_nonce(scan: Scan, enrollment: Enrollment, until: datetime) -> None:
    """`until` is the end of the code's window: whoever asked for the page later was not there yet."""
    found = read_nonce(scan.nonce)
    if found is None or found[:2] != (enrollment.officer_id, scan.session.pk):
        raise ValidationError(f"这部手机存的签到凭据无效。{AGAIN}", code="bad_nonce")
    if found[2] > until:
        raise ValidationError(f"签到凭据是扫码之后取得的，不能补传。{AGAIN}", code="late_nonce")
