from django.core.management.base import BaseCommand

from exams.sittings.services.absence import mark_absent


class Command(BaseCommand):
    help = "Mark as absent whoever was expected in a window that is over and never began."

    def handle(self, *args, **options):
        self.stdout.write(f"{mark_absent()} absent")
