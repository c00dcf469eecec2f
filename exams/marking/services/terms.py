"""The numbers of marking, as the rule in force has them on the day an exam is prepared for it."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.marking.models import MarkingTask
from exams.marking.policy import ARBITER, HIGHER, STRICT, TWO_ONE, TWO_ONE_ONE, Policy
from exams.marking.rubric import words
from lms.rules.formula import text_parameter
from lms.rules.models import RuleVersion

RULE = "R51"
NUMBERS = (
    "threshold_percent", "places", "lock_minutes", "undo_seconds", "near_percent", "sample_percent", "remark_percent",
    "small_team",
)  # fmt: skip


def terms_today() -> dict:
    version = RuleVersion.objects.in_force(RULE, timezone.localdate())
    if version is None:
        raise ValidationError("阅卷规则（R51）没有在用的版本，不能组织评卷。请先由规则审批人批准。", code="no_rule")
    found = {name: text_parameter(version.formula, name) for name in NUMBERS}
    flags = {
        name: text_parameter(version.formula, name) == "1"
        for name in ("has_third", "is_inclusive", "arbiter_final", "equidistant_higher")
    }
    mode = TWO_ONE if not flags["has_third"] else TWO_ONE_ONE if flags["is_inclusive"] else STRICT
    return found | {
        "mode": mode, "is_inclusive": flags["is_inclusive"], "arbiter_final": flags["arbiter_final"],
        "equidistant": HIGHER if flags["equidistant_higher"] else ARBITER, "rule_version": version.pk,
    }  # fmt: skip


def number(task: MarkingTask, name: str) -> Decimal:
    return Decimal(task.terms[name])


def told(policy: Policy) -> str:
    """The policy in a sentence, for whoever marks by it."""
    limit = words(policy.threshold)
    is_within = policy.is_inclusive and policy.mode != STRICT
    apart = f"相差超过{limit}分（不含{limit}分）" if is_within else f"相差{limit}分及以上"
    agreed = f"不超过{limit}分" if is_within else f"不到{limit}分"
    who = "由主考仲裁" if policy.mode == TWO_ONE else "由第三人评阅，仍不一致的由主考仲裁"
    digits = f"保留{'零一二三'[policy.places]}位小数" if policy.places else "取整数"
    return f"两人分别评阅，互不可见。{apart}{who}；{agreed}取平均，{digits}。"
