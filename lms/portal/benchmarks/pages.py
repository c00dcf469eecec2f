"""Pages of an officer who is signed in, beside /healthz, which passes through the same middleware."""

from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.catalogue.models import CourseVersion
from courses.learning.models import CourseProgress
from courses.learning.services.completion import is_video
from lms.portal.benchmarks.measuring import Figures, client_of, timed, worked

TIMES = 100


def today(figures: Figures, officer) -> None:
    client = client_of(officer.user)
    if client.get("/").status_code != 200:
        raise CommandError("今日 does not open for an officer.")
    best = 1 / timed(lambda: client.get("/healthz"), TIMES)
    figures.put("today_queries", _queries(client, "/"), "queries", 1)
    figures.put("today_in_process", 1 / timed(lambda: client.get("/"), TIMES), "req/s", TIMES, best)


def course(figures: Figures, officer) -> None:
    learner = learning(officer)
    if learner is None:
        return
    user, version = learner
    client, address = client_of(user), f"/learn/{version.course_id}/"
    figures.put("course_page_queries", _queries(client, address), "queries", 1)
    best = worked(lambda: client.get("/healthz"), TIMES)
    figures.put("course_page_cpu", worked(lambda: client.get(address), TIMES) * 1000, "ms", TIMES, best * 1000)


def learning(officer) -> tuple | None:
    """Somebody in the middle of a course with a film, and its version; else the officer and the first such course."""
    films = [version for version in CourseVersion.objects.current() if film_in(version)]
    begun = CourseProgress.objects.under_way().filter(version__in=films)
    progress = begun.select_related("officer__user", "version").order_by("pk").first()
    if progress:
        return progress.officer.user, progress.version
    return (officer.user, films[0]) if films else None


def film_in(version: CourseVersion) -> int | None:
    """The position of its first film."""
    return next((at for at, lesson in enumerate(version.lessons, start=1) if is_video(lesson)), None)


def _queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)
