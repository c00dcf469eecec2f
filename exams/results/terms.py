"""The numbers of rule R52: how long a result can be questioned, and how small a group is not shown alone."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.results.models import ExamAppeal
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

RULE = "R52"
DAYS = {
    ExamAppeal.Kind.ARITHMETIC: "arithmetic_days",
    ExamAppeal.Kind.QUESTION: "question_days",
    ExamAppeal.Kind.VIOLATION: "violation_days",
}


def version_on(day: date) -> RuleVersion:
    """ValidationError "no_rule" where none is in force."""
    version = RuleVersion.objects.in_force(RULE, day)
    if version is None:
        raise ValidationError("考试复核的规则还没有生效，请先由规则审批人批准。", code="no_rule")
    return version


def last_day(version: RuleVersion, kind: str, told_at: datetime) -> date:
    """The last day on which what was told at a moment can be questioned."""
    days = int(parameter(version.formula, DAYS[ExamAppeal.Kind(kind)]))
    return timezone.localdate(told_at) + timedelta(days=days)


def small_group(version: RuleVersion) -> int:
    return int(parameter(version.formula, "small_group"))
