"""From attendance to the ledger: a class once, by its rules; afterwards single rows that were put right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment, TrainingClass
from courses.training.services.attendance import days, locked_class
from courses.training.services.completion import State, complete
from courses.training.services.duties import meet_duties, reopen_duties
from courses.training.services.outcomes import Line, Outcomes, outcomes
from courses.training.services.teaching import teaching_claims
from lms.audit.services import record
from lms.ledger.models import Entry
from lms.ledger.services.claims import lock_years, post_entries
from lms.ledger.services.posting import Claim, reverse_entry
from lms.notices.services import notify
from lms.people.models import Officer, User
from lms.rules.models import Category, RuleVersion, TrainingKind

ASSESSMENTS = "R14"
PREFIX = "courses.training.attendance:"
Pair = tuple[Officer, Claim]


@transaction.atomic
def post_class(training_class: TrainingClass, *, actor) -> list[Entry]:
    """Everybody's hours, once; the second of two approvers is refused. Whoever checked cannot approve."""
    row = locked_class(training_class.pk)
    found = outcomes(row)
    _refuse(found, actor)
    pairs = [
        *attendance_claims(found, actor), *assessment_claims(found, actor),
        *teaching_claims(row, found.sessions, actor),
    ]  # fmt: skip
    # What was counted elsewhere is asked for once nobody else can post for these people.
    lock_years(pairs)
    entries = post_entries(without_overlaps(pairs, row))
    complete(found)
    row.state, row.posted_by, row.posted_at = State.POSTED, actor, timezone.now()
    row.save(update_fields=["state", "posted_by", "posted_at"])
    if row.kind != TrainingKind.IN_SERVICE:
        for line in found.lines:
            meet_duties(line.enrollment)
    _tell(row)
    hours = sum((entry.hours for entry in entries), Decimal(0))
    record("training.post_class", actor=actor, target=row, entries=len(entries), claims=len(pairs), hours=str(hours))
    return entries


def _refuse(found: Outcomes, actor) -> None:
    row = found.training_class
    if row.state == State.POSTED:
        raise ValidationError("该班已由另一人审批入账，不重复入账。", code="already_posted")
    if row.state != State.CHECKED:
        raise ValidationError(f"该班现为“{row.get_state_display()}”，核对后才能审批入账。", code="wrong_state")
    if row.is_meeting:
        raise ValidationError("会议不记学时，不能入账。", code="meeting")
    if row.checked_by_id == actor.pk:
        raise ValidationError("核对人不能审批自己核对的班，请由另一人审批。", code="same_person")
    if not found.is_over:
        raise ValidationError("训练还没有结束，结束后再审批。", code="not_over")


def attendance_claims(found: Outcomes, actor) -> list[Pair]:
    """One for each credited attendance of an officer, in the order of the sessions; the module once a person.

    Nothing for whoever was dismissed: by R08 too much leave costs the hours of the whole class.
    """
    lines = {line.enrollment.pk: line for line in found.lines if line.enrollment.officer and not line.is_dismissed}
    sessions, measures = {session.pk: session for session in found.sessions}, measures_of(found.sessions)
    rows = Attendance.objects.credited().filter(session__in=sessions, enrollment__in=lines)
    with_module: set[int] = set()
    pairs = []
    for attendance in rows.order_by("session__during", "session_id", "enrollment_id"):
        attendance.session, line = sessions[attendance.session_id], lines[attendance.enrollment_id]
        claim = claim_of(attendance, found.training_class, measures[attendance.session_id], actor)
        if line.verdict == Enrollment.State.PASSED and line.enrollment.pk not in with_module:
            with_module.add(line.enrollment.pk)
            claim = replace(claim, module=found.training_class.module)
        pairs.append((line.officer, claim))
    return pairs


def measures_of(sessions: Iterable[ClassSession]) -> dict[int, str]:
    """What each session's rule counts: half-days, hours."""
    known: dict[tuple, str] = {}
    found = {}
    for session in sessions:
        key = session.rule, timezone.localdate(session.during.upper)
        if key not in known:
            version = RuleVersion.objects.in_force(*key)
            if version is None:
                raise LookupError(f"{key[0]} has no version in force on {key[1]}")
            known[key] = version.formula["measure"]
        found[session.pk] = known[key]
    return found


def claim_of(attendance: Attendance, training_class: TrainingClass, measure: str, actor) -> Claim:
    session = attendance.session
    return Claim(
        rule=session.rule, evidence=attendance.evidence_key,
        title=f"{training_class.title}：{session.title}"[:120], layer=training_class.layer,
        occurred_at=session.during.upper, quantity={measure: str(session.quantity)},
        category=training_class.category, kind=training_class.kind, posted_by=str(actor)[:120],
    )  # fmt: skip


def assessment_claims(found: Outcomes, actor) -> Iterator[Pair]:
    """R14: how many of fitness and drill somebody passed."""
    row = found.training_class
    for line in found.lines:
        if line.passed_items and line.enrollment.officer and not line.is_dismissed:
            yield line.enrollment.officer, Claim(
                rule=ASSESSMENTS, evidence=f"{line.enrollment.evidence_key}:assessment",
                title=f"{row.title}：体能队列考核"[:120], layer=row.layer,
                occurred_at=max(session.during.upper for session in found.sessions),
                quantity={"passed_items": line.passed_items}, category=Category.FITNESS, kind=row.kind,
                posted_by=str(actor)[:120],
            )  # fmt: skip


def without_overlaps(pairs: Sequence[Pair], training_class: TrainingClass) -> list[Pair]:
    """Of two sessions somebody attended at the same time only the one posted first counts."""
    claimed = {found for _, claim in pairs if (found := session_of(claim.evidence))}
    sessions = {session.pk: session for session in training_class.sessions.filter(pk__in=claimed)}
    taken = counted_elsewhere([officer for officer, _ in pairs], sessions.values())
    kept = []
    for officer, claim in pairs:
        session = sessions.get(session_of(claim.evidence) or 0)
        if session is not None:
            mine = taken.setdefault(officer.pk, [])
            if any(_meet(session.during, other) for other in mine):
                continue
            mine.append(session.during)
        kept.append((officer, claim))
    return kept


def counted_elsewhere(officers: Iterable[Officer], sessions: Iterable[ClassSession]) -> dict[int, list]:
    """When each of them was in another session, not of these, whose hours stand in the ledger."""
    sessions = list(sessions)
    at_the_time = Q(pk__in=[])
    for session in sessions:
        at_the_time |= Q(session__during__overlap=session.during)
    rows = Attendance.objects.credited().filter(at_the_time, enrollment__officer__in={one.pk for one in officers})
    rows = rows.exclude(session__in=sessions).filter(session__training_class__state=State.POSTED)
    found = list(rows.select_related("session", "enrollment"))
    standing = standing_entries({row.session_id for row in found})
    taken: dict[int, list] = {}
    for row in found:
        if (row.session_id, row.enrollment_id) in standing:
            taken.setdefault(row.enrollment.officer_id, []).append(row.session.during)
    return taken


def _meet(one, other) -> bool:
    return one.lower < other.upper and other.lower < one.upper


def session_of(evidence: str) -> int | None:
    """Of the evidence of an attendance, which session it was."""
    if not evidence.startswith(PREFIX):
        return None
    return int(evidence.removeprefix(PREFIX).split(":")[0])


def entries_of(sessions: Iterable[int]):
    """Every entry of the attendance of sessions, those that were reversed too."""
    keys = Q(pk__in=[])
    for session in sessions:
        keys |= Q(evidence__startswith=f"{PREFIX}{session}:")
    return Entry.objects.filter(keys)


def standing_entries(sessions: Iterable[int]) -> dict[tuple[int, int], Entry]:
    """By session and enrollment."""
    found = {}
    for entry in entries_of(sessions).standing():
        session, enrollment = entry.evidence.removeprefix(PREFIX).split(":")[:2]
        found[int(session), int(enrollment)] = entry
    return found


@transaction.atomic
def repost_attendance(attendance: Attendance, *, actor, reason: str) -> Entry | None:
    """After posting, the ledger follows an attendance that was put right: the entry it lacks, or the reversal.

    The entry is linked by the evidence of the attendance; one that comes after a reversal carries a number behind it.
    """
    row = locked_class(attendance.session.training_class_id)
    who = attendance.enrollment
    if row.state != State.POSTED or who.officer is None or who.state == Enrollment.State.DISMISSED:
        return None
    key, is_credited = (attendance.session_id, attendance.enrollment_id), attendance.state in Attendance.CREDITED
    standing = standing_entries([attendance.session_id]).get(key)
    found = outcomes(row, only=attendance.enrollment)
    entry = None
    if is_credited and standing is None:
        entry = _post_missing(attendance, found, actor, reason)
    if not is_credited and standing:
        entry = reverse_entry(standing, posted_by=str(actor)[:120], reason=reason[:200])
    _settle(found.lines)
    record("training.repost_attendance", actor=actor, target=attendance, reason=reason, entry=entry and entry.pk)
    return entry


def _post_missing(attendance: Attendance, found: Outcomes, actor, reason: str) -> Entry | None:
    row, session = found.training_class, attendance.session
    before = entries_of([session.pk]).filter(
        Q(evidence=attendance.evidence_key) | Q(evidence__startswith=f"{attendance.evidence_key}:")
    ).count()  # fmt: skip
    claim = claim_of(attendance, row, measures_of([session])[session.pk], actor)
    evidence = f"{attendance.evidence_key}:{before + 1}" if before else attendance.evidence_key
    claim = replace(claim, evidence=evidence, note=reason[:200])
    passed = any(line.verdict == Enrollment.State.PASSED for line in found.lines)
    if passed and row.module and not _has_module(attendance, row):
        claim = replace(claim, module=row.module)
    officer = attendance.enrollment.officer
    assert officer is not None
    lock_years([(officer, claim)])
    kept = without_overlaps([(officer, claim)], row)
    return post_entries(kept)[0] if kept else None


def _has_module(attendance: Attendance, row: TrainingClass) -> bool:
    entries = entries_of(row.sessions.values_list("pk", flat=True)).standing()
    return entries.filter(officer=attendance.enrollment.officer_id, module=row.module).exists()


def _settle(lines: Sequence[Line]) -> None:
    """The result follows too."""
    for line in lines:
        enrollment = line.enrollment
        if line.verdict == enrollment.state:
            continue
        enrollment.state, enrollment.reason = line.verdict, "；".join(line.why_not)[:200]
        enrollment.save(update_fields=["state", "reason"])
        if line.verdict == Enrollment.State.PASSED:
            meet_duties(enrollment)
        else:
            reopen_duties(enrollment)


def _tell(row: TrainingClass) -> None:
    limit = days("appeal_days", timezone.localdate())
    for state, words in ((Enrollment.State.PASSED, "您已结业"), (Enrollment.State.FAILED, "您未结业")):
        users = User.objects.filter(officer__enrollments__in=row.enrollments.filter(state=state)).distinct()
        notify(
            users, title=f"培训结果：{row}"[:80],
            body=f"{words}，已确认的学时已入账。对考勤、学时有异议的，请在{limit}个工作日内提出申诉。",
            link=reverse("training:attendance", args=[row.pk]), once_key=f"training.result:{row.pk}:{state}",
        )  # fmt: skip
