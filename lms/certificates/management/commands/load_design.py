from django.core.management.base import BaseCommand
from django.db import transaction

from lms.certificates.models import Kind
from lms.certificates.services.designs import install_first_design
from lms.rules.management.commands.load_rules import initial_user


class Command(BaseCommand):
    help = "Install the first design of each kind of certificate, where there is none."

    @transaction.atomic
    def handle(self, *args, **options):
        signed = (initial_user("INITIAL-1", "初始数据经办"), initial_user("INITIAL-2", "初始数据复核"))
        installed = [install_first_design(*signed, kind) for kind in Kind]
        self.stdout.write("loaded" if any(installed) else "already there")
