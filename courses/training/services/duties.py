"""凡进必训, 凡晋必训: what follows from postings, and what meets it."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Q
from django.utils import timezone

from courses.training.models import Enrollment, TrainingClass, TrainingDuty
from lms.audit.services import record
from lms.people.models import Officer, Posting
from lms.rules.models import TrainingKind

RANKS = [rank.value for rank in reversed(Officer.Rank)]  # from the lowest
LATE = timedelta(days=90)  # postings are entered after the fact: the last year's end is looked at well into the next


def since_when(today: date) -> date:
    return (today - LATE).replace(month=1, day=1)


def derive_duties(today: date | None = None) -> list[TrainingDuty]:
    """Those that were not known yet. What an earlier night found stays found."""
    today = today or timezone.localdate()
    due = list(_due(today))
    known = set(TrainingDuty.objects.filter(posting__in=[one.posting for one in due]).values_list("posting", "kind"))
    new = [one for one in due if (one.posting_id, one.kind) not in known]
    TrainingDuty.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
    if new:
        counts = {kind.lower(): sum(one.kind == kind for one in new) for kind in TrainingKind}
        record("training.derive_duties", actor="系统", target="training.trainingduty:*", **counts)  # type: ignore[arg-type]
    return new


def _due(today: date) -> Iterator[TrainingDuty]:
    since = since_when(today)
    is_new = Q(officer__status=Officer.Status.PROBATION) | Q(officer__entered_on__gte=since)
    of_interest = Posting.objects.filter(is_new | Q(during__startswith__gte=since), is_primary=True)
    rows = Posting.objects.filter(officer__in=of_interest.values("officer"), is_primary=True).exclude(
        officer__status__in=[Officer.Status.RETIRED, Officer.Status.LEFT]
    )
    ordered = rows.select_related("officer").order_by("officer_id", "during")
    for _, postings in groupby(ordered.iterator(chunk_size=2000), key=lambda posting: posting.officer_id):
        yield from _of_one(list(postings), since, today)


def _of_one(postings: list[Posting], since: date, today: date) -> Iterator[TrainingDuty]:
    first, officer = postings[0], postings[0].officer
    entered = officer.entered_on
    if officer.status == Officer.Status.PROBATION or (entered and since <= entered <= today):
        yield _duty(first, TrainingKind.NEW_ENTRANT)
    highest = -1
    for posting in postings:
        rank = RANKS.index(posting.rank) if posting.rank else -1
        begun = posting.during.lower
        if -1 < highest < rank and begun and since <= begun <= today:
            yield _duty(posting, TrainingKind.PROMOTION)
        highest = max(highest, rank)


def _duty(posting: Posting, kind: str) -> TrainingDuty:
    begun = posting.during.lower or posting.officer.entered_on or timezone.localdate()
    return TrainingDuty(officer=posting.officer, kind=kind, posting=posting, arisen_on=begun)


def meet_duties(enrollment: Enrollment) -> int:
    """A class passed after the duty arose meets it. A theory stage does not: practice is still to come."""
    training_class = enrollment.training_class
    if enrollment.state != Enrollment.State.PASSED or training_class.stage == TrainingClass.Stage.THEORY:
        return 0
    duties = TrainingDuty.objects.open().filter(officer=enrollment.officer_id, kind=training_class.kind)
    return duties.filter(arisen_on__lte=training_class.ends_on).update(met_by=enrollment)


def reopen_duties(enrollment: Enrollment) -> int:
    """When a class is cancelled or a result is taken back, whatever it had met is owed again."""
    return TrainingDuty.objects.filter(met_by=enrollment).update(met_by=None)
