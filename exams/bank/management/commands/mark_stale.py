from django.core.management.base import BaseCommand

from exams.bank.services.review import mark_stale


class Command(BaseCommand):
    help = "Take questions out of use whose legal source was superseded, and tell their bank's office."

    def handle(self, *args, **options):
        self.stdout.write(f"{mark_stale()}道试题的依据已变。")
