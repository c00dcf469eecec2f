"""Entitlements of a kind that only tests know, and what a test needs to issue by them."""

from django.core.exceptions import ValidationError

from lms.certificates.entitlement import Entitlement, Group, register
from lms.certificates.models import Kind
from lms.people.models import Officer

PREFIX = "tests.merit"
FACTS = {
    "title": "行政处罚法要点", "hours": "1.00", "credits": "0.4", "began_on": "2026-03-02", "completed_on": "2026-03-09",
}  # fmt: skip


class Merits:
    """Every officer has earned one, but for those whose pinyin says otherwise."""

    def earned(self, key: str) -> Entitlement:
        officer = Officer.objects.select_related("unit", "user").filter(pk=key.partition(":")[2]).first()
        if officer is None or officer.education == "未学完":
            raise ValidationError("没有学完。", code="not_earned")
        return Entitlement(officer, officer.unit, Kind.COMPLETION, key, {**FACTS, "unit": officer.unit.name})

    def holder(self, key: str) -> str:
        return self.earned(key).officer.name

    def groups(self, user, permission):
        officers = Officer.objects.within(user, permission)
        return [Group(f"{PREFIX}:all", "测试课程", officers.count(), 0)] if officers.exists() else []

    def members(self, group, user, permission):
        officers = Officer.objects.within(user, permission).order_by("staff_no")
        return [merit_of(officer) for officer in officers]


def merit_of(officer: Officer) -> str:
    return f"{PREFIX}:{officer.pk}"


register(PREFIX, Merits())
