from django.core.management.base import BaseCommand

from lms.people.models import Officer, RoleGrant
from lms.portal.demo.accounts import PASSWORD, REASON, Account, officer_accounts
from lms.portal.demo.people import WALKER

OFFICERS = (WALKER, "T-PD-0001")


def duty_accounts() -> list[Account]:
    grants = RoleGrant.objects.current().filter(reason=REASON).select_related("user", "unit").order_by("id")
    return [
        Account(grant.user.username, grant.user.first_name, grant.get_role_display(), grant.unit.name)
        for grant in grants
    ]


class Command(BaseCommand):
    help = "List the accounts seed_demo made; prints nothing where there are none."

    def handle(self, *args, **options):
        officers = officer_accounts(list(Officer.objects.filter(staff_no__in=OFFICERS).select_related("unit")))
        duties = duty_accounts()
        if not duties:
            return
        self.stdout.write(f"\n演示账号，口令均为 {PASSWORD}\n账号\t姓名\t角色\t范围\t二次验证码")
        for one in [*officers, *duties]:
            code = "不需要" if one in officers else f".venv/bin/python manage.py demo_code {one.username}"
            self.stdout.write(f"{one.username}\t{one.name}\t{one.role}\t{one.scope}\t{code}")
