from django.core.management.base import BaseCommand

from courses.development.services.nightly import run_night


class Command(BaseCommand):
    help = "Let overdue claims of crowd calls lapse, and remind of what falls due."

    def handle(self, *args, **options):
        night = run_night()
        self.stdout.write(f"{night.lapsed} claims lapsed, {night.reminded} people reminded")
