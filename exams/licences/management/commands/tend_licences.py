from django.core.management.base import BaseCommand
from django.utils import timezone

from exams.licences.services.nightly import run_night


class Command(BaseCommand):
    help = "See who may apply, what runs out, whose suspension is over and who has left. Runs every night."

    def handle(self, *args, **options):
        night = run_night(timezone.localdate())
        self.stdout.write(
            f"{night.opened} rows opened, {night.assessed} reassessed, {night.resumed} resumed, {night.due} due, "
            f"{night.assigned} given the course, {night.proposed} cancellations proposed"
        )
