"""What classes held at places: sessions, heads and hours, for whoever looks after the places."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone

from courses.training.models import Attendance, ClassSession
from instructors.bases.usage import Use
from instructors.venues.querysets import LENGTH

SECONDS = Decimal(3600)
STEP = Decimal("0.01")


def held_at(venues: Collection[int], since: date, until: date) -> dict[int, Use]:
    """Sessions that are over and were not cancelled; heads are those who came."""
    begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (since, until + timedelta(days=1)))
    rows = ClassSession.objects.filter(
        venue__in=venues, is_cancelled=False, during__startswith__gte=begin, during__startswith__lt=end,
        during__endswith__lte=timezone.now(),
    ).order_by()  # fmt: skip
    held = rows.values("venue").annotate(sessions=Count("pk"), length=Sum(LENGTH))
    came = Attendance.objects.filter(session__in=rows, state__in=Attendance.CREDITED).order_by()
    heads = dict(came.values_list("session__venue").annotate(Count("pk")))
    return {
        row["venue"]: Use(
            row["sessions"], heads.get(row["venue"], 0),
            (Decimal(row["length"].total_seconds()) / SECONDS).quantize(STEP),
        )
        for row in held
    }  # fmt: skip
