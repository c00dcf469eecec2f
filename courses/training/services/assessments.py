"""Parts of an assessment and the marks somebody was given."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from courses.training.models import AssessmentPart, AssessmentScore, Enrollment, TrainingClass
from courses.training.services.attendance import locked_class
from courses.training.services.outcomes import fitness_rule, standards_of
from lms.audit.services import record

SCORE = "training.record_score"
Kind = AssessmentPart.Kind
OPEN = (TrainingClass.State.DRAFT, TrainingClass.State.ENROLLING, TrainingClass.State.READY)
FULL_MARK, STEP = Decimal(100), Decimal("0.01")
Cell = tuple[int, str]


@transaction.atomic
def set_parts(training_class: TrainingClass, *, actor, **wanted) -> TrainingClass:
    """`wanted`: theory and drill with their pass marks, fitness yes or no, judges. What is not wanted goes."""
    row = _open_class(training_class)
    parts = {
        Kind.THEORY: wanted["theory"] is not None and {"pass_mark": wanted["theory"], "judges": 1},
        Kind.FITNESS: wanted["fitness"] and {"pass_mark": None, "judges": 1},
        Kind.DRILL: wanted["drill"] is not None and {"pass_mark": wanted["drill"], "judges": wanted["judges"]},
    }
    for kind, values in parts.items():
        _set_part(row, kind, values)
    about = {kind.lower(): values and str(values["pass_mark"]) for kind, values in parts.items()}
    record("training.set_parts", actor=actor, target=row, **about)  # type: ignore[arg-type]
    return row


def _set_part(row: TrainingClass, kind: str, values) -> None:
    if values:
        row.parts.update_or_create(kind=kind, defaults=values)
        return
    part = row.parts.filter(kind=kind).first()
    if part is None:
        return
    if part.scores.exists():
        raise ValidationError(f"{part}已有成绩，不能取消这项考核。", code="has_scores")
    part.delete()


def _open_class(training_class: TrainingClass) -> TrainingClass:
    row = locked_class(training_class.pk)
    if row.state not in OPEN:
        raise ValidationError("该班已核对或取消，成绩不能再改。", code="closed")
    return row


@transaction.atomic
def record_scores(part: AssessmentPart, values: Mapping[Cell, Decimal | None], *, actor) -> int:
    """{(enrollment, item): value}; None takes a value back. All of them or none; says how many changed.

    Of drill everybody writes his own marks, and only as many judges as the part has.
    """
    row = _open_class(part.training_class)
    if not AssessmentPart.objects.within(actor, SCORE).filter(pk=part.pk).exists():
        raise PermissionDenied("只有主办单位教育培训部门和评委可以录入成绩。")
    part = AssessmentPart.objects.get(pk=part.pk)
    people = {one.pk: one for one in learners(row)}
    judge = actor if part.kind == Kind.DRILL else None
    if judge:
        _refuse_more_judges(part, judge)
    known = {(score.enrollment_id, score.item): score for score in part.scores.filter(judge=judge)}
    changed = 0
    rule = fitness_rule(row) if part.kind == Kind.FITNESS else None
    for cell, value in values.items():
        if cell[0] not in people:
            raise ValidationError("有人不在这个班的名单，请刷新后再录。", code="not_on_roll")
        changed += _write(part, people[cell[0]], (cell[1], value), (known.get(cell), judge, rule, actor))
    record("training.record_scores", actor=actor, target=row, part=part.kind, changed=changed)
    return changed


def learners(row: TrainingClass):
    """Who is assessed: officers who are still in the class."""
    rows = row.enrollments.filter(state=Enrollment.State.CONFIRMED, officer__isnull=False)
    return rows.select_related("officer__unit").order_by("unit__path", "officer__staff_no")


def _refuse_more_judges(part: AssessmentPart, judge) -> None:
    others = part.scores.exclude(judge=judge).values("judge").distinct().count()
    if others >= part.judges:
        raise ValidationError(f"这项考核设{part.judges}名评委，已有{others}人评分。", code="judges_full")


def _write(part: AssessmentPart, enrollment: Enrollment, entry, context) -> int:
    (item, value), (known, judge, rule, actor) = entry, context
    if value is None:
        return known.delete()[0] if known else 0
    if known and known.value == value:
        return 0
    values = {"value": value, "recorded_by": actor, **_judged(part, enrollment, item, (value, rule))}
    part.scores.update_or_create(enrollment=enrollment, item=item, judge=judge, defaults=values)
    return 1


def _judged(part: AssessmentPart, enrollment: Enrollment, item: str, measured) -> dict:
    """Whether a value is enough, and by which version of the standard."""
    value, rule = measured
    if part.kind == Kind.FITNESS:
        standard = standards_of(enrollment, rule, part.training_class).get(item)
        if standard is None:
            raise ValidationError(f"{enrollment.name}没有这个测试项目。", code="not_an_item")
        return {"is_passed": standard.is_met(value), "standard": rule}
    if value > FULL_MARK:
        raise ValidationError(f"{enrollment.name}：成绩应在0至100之间。", code="range")
    return {"is_passed": value >= part.pass_mark if part.kind == Kind.THEORY else None}


def parse_mark(text: str) -> Decimal | None:
    """A value somebody typed; blank is none."""
    if not (text := text.strip()):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < 100_000 or value != value.quantize(STEP):
        raise ValidationError(f"“{text}”不是成绩，应为数字，至多两位小数。", code="number")
    return value


def drill_judges(part: AssessmentPart) -> int:
    return AssessmentScore.objects.filter(part=part).values("judge").distinct().count()
