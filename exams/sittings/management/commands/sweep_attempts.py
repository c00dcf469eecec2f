from django.core.management.base import BaseCommand

from exams.sittings.services.closing import settle_waiting
from exams.sittings.services.submitting import sweep


class Command(BaseCommand):
    help = "Hand in what is open past its time, and give marks to what was handed in."

    def handle(self, *args, **options):
        self.stdout.write(f"{sweep()} handed in, {settle_waiting()} marked")
