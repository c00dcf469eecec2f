from django.core.cache import cache
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Clear away what has expired in the cache."

    def handle(self, *args, **options):
        cache.prune()
