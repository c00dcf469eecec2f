"""An exam from draft to publishing: its terms out of the rules, and what another person has to find in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.papers.services.blueprints import standings
from exams.sittings.models import Exam, Sitting
from exams.sittings.services.starting import database_now
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

PASS, TIMES = "R26", "R49"
PUBLISH, RUN = "sittings.publish_exam", "sittings.run_exam"


@dataclass(frozen=True)
class Terms:
    """What the rules of a day say of an exam of a kind."""

    pass_percent: Decimal
    attempts: int
    grace_seconds: int
    entry_minutes: int
    hand_in_minutes: int
    rule_version: RuleVersion


def terms_for(kind: str, level: str, day: date) -> Terms:
    """Mock exams and closing tests are held to the mark of the lowest level. ValidationError "no_rule" without rules."""
    found = RuleVersion.objects.in_force_by_code([PASS, TIMES], day)
    if len(found) < 2:
        raise ValidationError("考试合格线或考试时间的规则还没有生效，请先由规则审批人批准。", code="no_rule")
    mark = {Exam.Kind.QUALIFICATION: "qualification", Exam.Kind.LEVEL: level.lower()}.get(Exam.Kind(kind), "basic")
    marks, times = found[PASS], found[TIMES]
    grace, entry, hand_in = (
        int(parameter(times.formula, key)) for key in ("grace_seconds", "entry_minutes", "hand_in_minutes")
    )
    return Terms(
        parameter(marks.formula, mark), int(parameter(marks.formula, "attempts")), grace, entry, hand_in, marks
    )


@transaction.atomic
def draft_exam(exam: Exam, *, actor, day: date) -> Exam:
    """Whatever of pass mark and number of attempts was left open is what the rules say."""
    terms = terms_for(exam.kind, exam.level, day)
    exam.made_by, exam.rule_version = actor, terms.rule_version
    _fill(exam, terms)
    exam.save(force_insert=True)
    about = {"title": exam.title, "pass_percent": str(exam.pass_percent), "rule": str(terms.rule_version)}
    record("sittings.add_exam", actor=actor, target=exam, **about)  # type: ignore[arg-type]
    return exam


@transaction.atomic
def change_exam(exam: Exam, fields: Iterable[str], *, actor, day: date) -> Exam:
    """`exam` carries the new values; ValidationError "published" once another person has published it."""
    row = lock_exam(exam)
    refuse_published(row)
    changed = {name: str(getattr(exam, name)) for name in fields if getattr(row, name) != getattr(exam, name)}
    for name in fields:
        setattr(row, name, getattr(exam, name))
    terms = terms_for(row.kind, row.level, day)
    row.rule_version, row.made_by = terms.rule_version, actor
    _fill(row, terms)
    row.save()
    record("sittings.change_exam", actor=actor, target=row, changed=changed)
    return row


def _fill(exam: Exam, terms: Terms) -> None:
    if exam.pass_percent is None:
        exam.pass_percent = terms.pass_percent
    if exam.attempts is None:
        exam.attempts = terms.attempts


def lock_exam(exam: Exam) -> Exam:
    return Exam.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "blueprint").get(pk=exam.pk)


def refuse_published(exam: Exam) -> None:
    if exam.is_checked:
        raise ValidationError("考试已发布，规定不能再改。确需改变的，请另建考试。", code="published")


@transaction.atomic
def publish_exam(exam: Exam, *, actor) -> Exam:
    """By another than who wrote its terms; from then on they stay. ValidationError with every reason why not."""
    row = lock_exam(exam)
    if row.is_checked:
        raise ValidationError("考试已经发布。", code="published")
    if found := obstacles(row):
        raise ValidationError(found)
    about = {"sittings": row.sittings.count(), "pass_percent": str(row.pass_percent), "blueprint": str(row.blueprint)}
    return check_by_second_person(row, actor, action="sittings.publish_exam", **about)


def obstacles(exam: Exam) -> list[ValidationError]:
    """Why an exam cannot be published as it stands, in the order a person would ask."""
    found = _of_blueprint(exam) + _of_sittings(exam)
    if exam.browsers == Exam.Browsers.HALL and exam.sittings.filter(halls=None).exists():
        found.append(ValidationError("凭考场口令答题的考试，每个场次都要有考场。", code="no_hall"))
    return found


def _of_blueprint(exam: Exam) -> list[ValidationError]:
    if not exam.blueprint.is_checked:
        return [ValidationError(f"{exam.blueprint}还没有批准，请先由另一人批准方案。", code="not_approved")]
    cells = list(exam.blueprint.cells.select_related("topic", "item_code"))
    rows = standings(cells, list(exam.blueprint.banks.all()))
    short = [f"{row.cell}要{row.cell.count}题，缺{row.missing}题" for row in rows if row.missing]
    return [ValidationError(f"题库不够组卷：{'；'.join(short)}。请补充试题或修订方案。", code="short")] if short else []


def _of_sittings(exam: Exam) -> list[ValidationError]:
    sittings = list(exam.sittings.all())
    if not sittings and not exam.is_self_service:
        return [ValidationError("还没有场次，请先安排场次。", code="no_sitting")]
    now = database_now()
    found = [
        ValidationError(f"第{one.number}场的开考时间已过，请改时间。", code="past")
        for one in sittings
        if one.opens_at <= now and not exam.is_self_service
    ]
    found += [
        ValidationError(f"第{one.number}场没有结束时间，无法收卷和登记缺考，请补上。", code="no_close")
        for one in sittings
        if one.closes_at is None and not exam.is_self_service
    ]
    return found + [
        ValidationError(
            f"第{one.number}场不足{exam.limit_minutes}分钟，考生答不满时长，请延长场次。", code="window_short"
        )
        for one in sittings
        if _is_short(exam, one)
    ]


def _is_short(exam: Exam, sitting: Sitting) -> bool:
    if not (exam.limit_minutes and sitting.closes_at):
        return False
    return sitting.closes_at - sitting.opens_at < timedelta(minutes=exam.limit_minutes)
