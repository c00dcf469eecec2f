"""What a player's message costs, beside a view that writes one row and does nothing else."""

import json
from datetime import timedelta
from itertools import count
from uuid import uuid4

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.learning.models import LearningLease
from courses.learning.services.reading import begin_course
from lms.portal.benchmarks import bare
from lms.portal.benchmarks.measuring import Figures, client_of, worked
from lms.portal.benchmarks.pages import film_in, learning

TIMES = 100
SECONDS = 0.05  # of film a message


def span_message(figures: Figures, officer) -> None:
    """In a transaction that is taken back: nobody has watched this."""
    learner = learning(officer)
    if learner is None:
        return
    with transaction.atomic():
        player = Player(learner[0], learner[1])
        with CaptureQueriesContext(connection) as captured:
            player.report()
        queries = len(captured)
        best = _bare_insert(player)
        taken = worked(player.report, TIMES)
        transaction.set_rollback(True)
    figures.put("span_message_queries", queries, "queries", 1)
    figures.put("span_message_cpu", taken * 1000, "ms", TIMES, best * 1000)


def _bare_insert(player: "Player") -> float:
    with connection.cursor() as cursor:
        cursor.execute(bare.TABLE)
    with override_settings(ROOT_URLCONF=bare.__name__):
        return worked(lambda: player.post("/bare/", {"message": str(uuid4())}), TIMES)


class Player:
    """A page with a film that was opened a while ago, so that the server's clock allows what it reports."""

    def __init__(self, user, version):
        self.client, self.places, self.position = client_of(user), count(), film_in(version)
        page = {"progress": begin_course(user.officer, version).pk, "position": self.position}
        self.lease = self.post("/learn/lease/", {**page, "tab": str(uuid4()), "take": True})["lease"]
        opened = timezone.now() - timedelta(minutes=5)
        LearningLease.objects.filter(key=self.lease).update(started_at=opened, seen_at=opened)

    def post(self, address: str, body: dict) -> dict:
        answer = self.client.post(address, json.dumps(body), content_type="application/json")
        if answer.status_code != 200:
            raise CommandError(f"{address} answers {answer.status_code}.")
        return answer.json()

    def report(self) -> None:
        begin = next(self.places) * SECONDS
        message = {"lease": self.lease, "message": str(uuid4()), "position": self.position, "rate": 1}
        spans = [[round(begin, 3), round(begin + SECONDS, 3)]]
        self.post("/learn/spans/", {**message, "spans": spans, "client_at": timezone.now().isoformat()})
