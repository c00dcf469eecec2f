from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.rules.models import Rule, RuleVersion, YearLabel


@transaction.atomic
def draft_version(rule: Rule, *, actor, **values) -> RuleVersion:
    """A new version after the last one; it counts nothing until somebody else approves it."""
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    last = rule.versions.aggregate(last=Max("number"))["last"] or 0
    version = RuleVersion(rule=rule, number=last + 1, made_by=actor, **values)
    version.full_clean()
    version.save()
    record("rules.draft", actor=actor, target=version, rule=rule.code, effective_from=str(version.effective_from))
    return version


@transaction.atomic
def approve_version(version: RuleVersion, *, actor) -> RuleVersion:
    """From its day on the version counts new postings; what was posted keeps the version that counted it.

    Raises ValidationError `retroactive` for a day already gone: nothing before changes.
    """
    if not actor.has_perm("rules.approve_ruleversion"):
        raise PermissionDenied("只有规则审批人可以审批。")
    if version.effective_from < timezone.localdate():
        raise ValidationError("施行日期已过，请退回经办人改为今天或以后。", code="retroactive")
    taken = version.rule.versions.approved().filter(effective_from=version.effective_from)
    if taken.exists():
        raise ValidationError("该规则已有同一天施行的版本。", code="same_day")
    return check_by_second_person(version, actor, action="rules.approve", rule=version.rule.code)


@transaction.atomic
def discard_draft(version: RuleVersion, *, actor) -> None:
    """Give up a draft. Approved versions stay for ever."""
    version = RuleVersion.objects.select_for_update(of=("self",)).select_related("rule").get(pk=version.pk)
    if version.is_checked:
        raise ValidationError("已批准的版本不能删除，请起草新版本。", code="approved")
    record("rules.discard", actor=actor, target=version, rule=version.rule.code, formula=version.formula)
    version.delete()


def year_labels(code_list: str, year: int) -> dict[str, str]:
    """What codes are called in a year: the latest label begun by then."""
    rows = YearLabel.objects.filter(code_list=code_list, from_year__lte=year).order_by("from_year")
    return {row.code: row.label for row in rows}


def rule_value(code: str, key: str, day: date):
    """One parameter of the version in force on a day, as text. LookupError if there is none."""
    version = RuleVersion.objects.in_force(code, day)
    if version is None:
        raise LookupError(f"{code} has no version in force on {day}")
    return next(item["value"] for item in version.formula["items"] if item["key"] == key)
