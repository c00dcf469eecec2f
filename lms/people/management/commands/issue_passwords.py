import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lms.people.models import Officer, OrgUnit
from lms.people.querysets import in_units
from lms.people.services.accounts import issue_password
from lms.sheets.export import write_xlsx

HEADINGS = ("单位", "人员编号", "姓名", "初始口令")
NOTES = ("初始口令只能用一次，首次登录时须修改。", "发放完毕请销毁本表。")


class Command(BaseCommand):
    help = "Give one-time passwords to a unit's officers who have none, in a new spreadsheet for this user's eyes only."

    def add_arguments(self, parser):
        parser.add_argument("--unit", required=True, help="code of the unit, with everything under it")
        parser.add_argument("--out", required=True, type=Path)

    def handle(self, *, unit, out, **options):
        found = OrgUnit.objects.filter(code=unit).first()
        if not found:
            raise CommandError(f"No unit has the code {unit}.")
        with transaction.atomic(), new_private_file(out) as file:
            rows = list(issue(found))
            file.write(write_xlsx("初始口令", HEADINGS, rows, notes=NOTES))
        self.stdout.write(f"{len(rows)} passwords in {out}")


def new_private_file(path: Path):
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise CommandError(f"Cannot create {path}: {error.strerror}.")


def issue(unit: OrgUnit):
    officers = Officer.objects.filter(in_units([unit], "unit"), user__is_active=True).select_related("user", "unit")
    for officer in officers.in_service().order_by("unit__path", "staff_no"):
        if not officer.user.has_usable_password():
            password = issue_password(officer.user, actor="命令行")
            yield officer.unit.name, officer.staff_no, officer.name, password
