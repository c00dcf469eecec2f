from django.core.management.base import BaseCommand

from lms.jobs.outbox import owe_again, send_unsent


class Command(BaseCommand):
    help = "Send what could not be sent after its commit, and jobs once more whose worker was killed."

    def handle(self, **options):
        owe_again()
        while send_unsent():
            pass
