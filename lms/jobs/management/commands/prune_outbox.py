from django.core.management.base import BaseCommand

from lms.jobs.outbox import prune


class Command(BaseCommand):
    help = "Drop messages of finished jobs that were sent long ago (OUTBOX_KEPT_DAYS)."

    def handle(self, **options):
        self.stdout.write(str(prune()))
