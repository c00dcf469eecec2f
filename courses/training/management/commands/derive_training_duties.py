from django.core.management.base import BaseCommand

from courses.training.services.nightly import run_night


class Command(BaseCommand):
    help = "Nightly: who owes a class since his posting; free seats to those who wait; warnings; a word before the day."

    def handle(self, *args, **options):
        night = run_night()
        self.stdout.write(
            f"duties {night.duties}, promoted {night.promoted}, warnings {night.warnings}, reminded {night.reminded}"
        )
