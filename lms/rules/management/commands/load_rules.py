import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from lms.people.models import User
from lms.rules.models import Regulation, Rule, RuleVersion, YearLabel

DEFAULTS = Path(__file__).resolve().parents[2] / "defaults" / "rules.json"


def initial_user(username: str, name: str) -> User:
    """Somebody who signs the initial data and can never sign in."""
    user, made = User.objects.get_or_create(username=username, defaults={"first_name": name, "is_active": False})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


class Command(BaseCommand):
    help = "Load the default rules, labels and regulations; rules that already have a version are left alone."

    @transaction.atomic
    def handle(self, *args, **options):
        data = json.loads(DEFAULTS.read_text())
        regulations = {
            row["title"]: Regulation.objects.get_or_create(title=row["title"], defaults=row)[0]
            for row in data["regulations"]
        }
        for row in data["labels"]:
            YearLabel.objects.get_or_create(
                code_list=row["code_list"], code=row["code"], from_year=row["from_year"], defaults=row
            )
        signed = {
            "made_by": initial_user("INITIAL-1", "初始数据经办"),
            "checked_by": initial_user("INITIAL-2", "初始数据复核"),
            "checked_at": timezone.now(),
            "effective_from": date.fromisoformat(data["effective_from"]),
        }
        loaded = sum(self._load(row, regulations, signed) for row in data["rules"])
        self.stdout.write(f"{loaded} rules loaded, {len(data['rules']) - loaded} already there")

    def _load(self, row: dict, regulations: dict, signed: dict) -> bool:
        about = {name: row.pop(name) for name in ("name", "shape", "subject")}
        rule, _ = Rule.objects.get_or_create(code=row.pop("code"), defaults=about)
        if rule.versions.exists():
            return False
        row["regulation"] = regulations.get(row["regulation"])
        version = RuleVersion(rule=rule, number=1, **row, **signed)
        version.full_clean()
        version.save()
        return True
