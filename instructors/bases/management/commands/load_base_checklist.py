import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from instructors.bases.models import BaseChecklist
from instructors.bases.services.rounds import install_checklist
from lms.rules.management.commands.load_rules import initial_user

DEFAULT = Path(__file__).resolve().parents[2] / "defaults" / "checklist.json"


class Command(BaseCommand):
    help = "Install the first checklist of practice bases, where there is none."

    @transaction.atomic
    def handle(self, *args, **options):
        if BaseChecklist.objects.exists():
            self.stdout.write("already there")
            return
        signed = initial_user("INITIAL-1", "初始数据经办"), initial_user("INITIAL-2", "初始数据复核")
        install_checklist(json.loads(DEFAULT.read_text()), *signed)
        self.stdout.write("loaded")
