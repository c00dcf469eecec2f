"""行政执法证 of the demo city: most officers hold one, some of them are due, a few are lost, suspended or applied for anew."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zlib import crc32

from django.utils import timezone

from courses.learning.models import CourseProgress
from exams.licences.exchange import application_number, digest
from exams.licences.models import Application, EnforcementCertificate, ExamProof, Transition
from exams.licences.result_file import OPTIONAL, REQUIRED
from exams.licences.services.applying import Wish, apply
from exams.licences.services.dispatching import dispatch, fingerprint, ready
from exams.licences.services.importing import look_at, take_in
from exams.licences.services.nightly import Night, run_night
from exams.licences.services.reviewing import approve, return_application, review
from exams.licences.services.steps import Why
from exams.licences.services.suspending import report_lost, suspend
from exams.licences.services.terms import terms_on
from exams.licences.terms import DAY, Terms, years_later
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.people import WALKER
from lms.sheets.export import write_csv

BATCH, LEFT, LOST, EXPIRED = 2000, 3, 4, 2
LATE, SOON, WALKERS = timedelta(days=20), 60, timedelta(days=120)
BEFORE = "系统启用前核发，据原证件档案登记"
SUBJECTS = ("GENERAL_LAW", "SPECIAL_LAW")
State = EnforcementCertificate.State


def issue_licences(officers: Mapping[str, Officer], offices: tuple[User, User], today: date) -> Night:
    """`offices` are the district's and the city's. Rows of before this house are written, what came after is done."""
    terms = terms_on(today).terms
    learnt = set(
        CourseProgress.objects.filter(
            version__course__code=terms.renewal_course, completed_at__isnull=False
        ).values_list("officer__staff_no", flat=True)
    )
    held = _written(_holders(officers, today), learnt, terms, today)
    night = run_night(today)
    _applied(held, learnt, offices)
    _handled(held, offices[1], today)
    return night


def _holders(officers: Mapping[str, Officer], today: date) -> list[Officer]:
    """Whoever has served a year; of those who are gone, some still have theirs."""
    since = years_later(today, -1)
    gone = [one for one in officers.values() if one.status in ("RETIRED", "LEFT")]
    serving = [one for one in officers.values() if one.status not in ("RETIRED", "LEFT", "PROBATION")]
    return [*(one for one in serving if one.entered_on and one.entered_on < since), *gone[:LEFT]]


def _written(people: Sequence[Officer], learnt: set[str], terms: Terms, today: date) -> list[EnforcementCertificate]:
    areas = _areas()
    rows = [
        _certificate(officer, _until(officer, place, learnt, terms, today), terms, today)
        for place, officer in enumerate(people)
    ]
    for row in rows:
        row.area = areas.get(row.officer.unit.city_level_path, "上海市")
    EnforcementCertificate.objects.bulk_create(rows, batch_size=BATCH)
    ExamProof.objects.bulk_create((proof for row in rows for proof in _proofs(row)), batch_size=BATCH)
    Transition.objects.bulk_create((step for row in rows for step in _steps(row, terms)), batch_size=BATCH)
    return rows


def _certificate(officer: Officer, until: date, terms: Terms, today: date) -> EnforcementCertificate:
    begins = years_later(until + DAY, -terms.years)
    is_due = until <= today + timedelta(days=terms.due_days)
    return EnforcementCertificate(
        officer=officer, number=f"测执31{officer.pk:06d}", issued_on=begins, valid_from=begins,
        valid_until=until, state=State.RENEWAL_DUE if is_due else State.ISSUED,
    )  # fmt: skip


def _until(officer: Officer, place: int, learnt: set[str], terms: Terms, today: date) -> date:
    """Spread over the years a certificate is good for, always the same for the same person."""
    drawn = crc32(officer.staff_no.encode()) % (365 * terms.years) + 1
    if officer.staff_no == WALKER:
        return today + WALKERS
    if officer.staff_no in learnt:
        return today + timedelta(days=SOON + drawn % SOON)
    return today - LATE if place < EXPIRED else today + timedelta(days=drawn)


def _areas() -> dict[str, str]:
    """A district's own name; whoever belongs to no district works all over the city."""
    rows = OrgUnit.objects.filter(kind=OrgUnit.Kind.DISTRICT).values_list("path", "name")
    return {path: name.removesuffix("城管执法局") for path, name in rows}


def _proofs(row: EnforcementCertificate) -> list[ExamProof]:
    passed: date = row.valid_from - timedelta(days=90)  # type: ignore[operator,assignment]
    return [ExamProof(certificate=row, subject=subject, note=BEFORE, passed_on=passed) for subject in SUBJECTS]


def _steps(row: EnforcementCertificate, terms: Terms) -> list[Transition]:
    begins, until = row.valid_from, row.valid_until
    steps = [_step(row, "issue", (State.SUBMITTED, State.ISSUED), BEFORE, begins)]  # type: ignore[arg-type]
    if row.state == State.RENEWAL_DUE and until:
        reason, on = f"有效期至{until:%Y年%-m月%-d日}", until - timedelta(days=terms.due_days)
        steps.append(_step(row, "fall_due", (State.ISSUED, State.RENEWAL_DUE), reason, on))
    return steps


def _step(row: EnforcementCertificate, verb: str, states: tuple[str, str], reason: str, on: date) -> Transition:
    before, after = states
    return Transition(
        certificate=row, verb=verb, from_state=before, to_state=after, actor="系统", reason=reason, effective_on=on
    )


def _applied(held: Sequence[EnforcementCertificate], learnt: set[str], offices: tuple[User, User]) -> None:
    """Renewals of those who have learnt the course: two sent, of which one came back, one lies ready, one is with the
    bureau, one was sent back, the rest are waiting."""
    district, city = offices
    rows: list[Application] = [
        apply(row.officer, Wish(row.area), actor=row.officer.user)
        for row in held
        if row.officer.staff_no in learnt and row.officer.status == "SERVING"
    ]
    for row in rows[:4]:
        review(row, actor=district)
    for row in rows[:2]:
        approve(row, actor=city)
    if rows:
        _exchanged(city)
    for row in rows[2:3]:
        approve(row, actor=city)
    for row in rows[4:5]:
        return_application(row, actor=district, fault="DATA", note="职级与人事档案不一致，请先更正")


def _exchanged(city: User) -> None:
    """What was approved goes out in one package; the answer knows the first of them only."""
    first, *_ = dispatch(city, expected=fingerprint(ready(city))).lines.order_by("pk")
    old, application = first.application.certificate, first.application
    begins: date = (old.valid_until or old.issued_on) + DAY  # type: ignore[operator,assignment]
    until = years_later(begins, terms_on(begins).terms.years) - DAY
    row = [old.officer.staff_no, old.officer.name, "核发", application_number(application.pk), old.number,
           old.area, timezone.localdate(), begins, until, "", "", ""]  # fmt: skip
    data = write_csv([*REQUIRED, *OPTIONAL], [row])
    name, seal = "结果（演示）.csv", digest(data)
    take_in(data, name, seal, actor=city, expected=look_at(data, name, seal, actor=city).fingerprint)


def _handled(held: Sequence[EnforcementCertificate], office: User, today: date) -> None:
    """Some lost, each of them asks for another; one suspended."""
    others = [row for row in held if row.state == State.ISSUED and row.officer.status == "SERVING"]
    for row in others[-LOST:]:
        report_lost(row, Why(row.officer.user, "巡查途中遗失，已在单位登记"))
        apply(row.officer, Wish(row.area), actor=row.officer.user)
    for row in others[:1]:
        why = Why(office, "因执法行为被投诉，立案调查期间暂扣", on=today - timedelta(days=5))
        suspend(row, why, until_on=today + timedelta(days=25))
