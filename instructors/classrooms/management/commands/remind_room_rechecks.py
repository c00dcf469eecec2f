from django.core.management.base import BaseCommand
from django.utils import timezone

from instructors.classrooms.services.rooms import remind_rechecks


class Command(BaseCommand):
    help = "Remind offices of classrooms whose grade has to be checked again."

    def handle(self, *args, **options):
        self.stdout.write(f"{remind_rechecks(timezone.localdate())} reminders sent")
