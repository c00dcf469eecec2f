from django.core.management.base import BaseCommand

from lms.certificates.services.verification import forget_questions


class Command(BaseCommand):
    help = "Drop the addresses that have asked the public page, once their minute is over."

    def handle(self, **options):
        self.stdout.write(str(forget_questions()))
