from django.core.management.base import BaseCommand

from lms.notices.services import send_mail


class Command(BaseCommand):
    help = "Send waiting notices by e-mail."

    def handle(self, **options):
        send_mail()
