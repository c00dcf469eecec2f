from django.core.management.base import BaseCommand
from django.utils import timezone

from instructors.bases.services.upkeep import tend_bases


class Command(BaseCommand):
    help = "Practice bases: close those without a course or overdue, open re-reviews in time, remind of deadlines."

    def handle(self, *args, **options):
        done = tend_bases(timezone.localdate())
        self.stdout.write(f"{done.changed} changed, {done.opened} re-reviews opened, {done.reminded} reminded")
