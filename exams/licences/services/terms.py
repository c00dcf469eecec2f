"""The terms in force on a day, with the version they come from."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError

from exams.licences.terms import CONDITIONS, VALIDITY, Terms, terms_of
from lms.rules.models import RuleVersion


@dataclass(frozen=True)
class Dated:
    terms: Terms
    version: RuleVersion


def terms_on(day: date) -> Dated:
    found = RuleVersion.objects.in_force_by_code([CONDITIONS, VALIDITY], day)
    for code in (CONDITIONS, VALIDITY):
        if code not in found:
            message = f"规则{code}在{day:%Y年%-m月%-d日}没有施行的版本，请先由市局教育培训处发布。"
            raise ValidationError(message, code="no_rule")
    return Dated(terms_of(found[CONDITIONS].formula, found[VALIDITY].formula), found[CONDITIONS])
