import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Print the current code of a demo account's authenticator. Only where DEMO is set."

    def add_arguments(self, parser):
        parser.add_argument("staff_no")

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("This is not a demonstration installation.")
        found = Authenticator.objects.filter(user__username=options["staff_no"], type=Authenticator.Type.TOTP).first()
        if not found:
            raise CommandError(f"{options['staff_no']} has no authenticator.")
        self.stdout.write(current_code(get_adapter().decrypt(found.data["secret"])))


def current_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
