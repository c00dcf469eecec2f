from django.core.management.base import BaseCommand

from lms.people.upload import sweep


class Command(BaseCommand):
    help = "Remove uploaded personnel files that nobody confirmed within a day."

    def handle(self, *args, **options):
        sweep()
