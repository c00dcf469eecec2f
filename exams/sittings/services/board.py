"""What a window looks like from above: places and people by unit."""

from django.db.models import Count, Q
from django.db.models.functions import Substr

from exams.sittings.models import Candidate, Sitting
from exams.sittings.services.candidates import NOMINATE, quota_of
from lms.people.models import OrgUnit, User

DISTRICT = 2 * OrgUnit.steplen


def quotas_of(sitting: Sitting, user: User) -> list[dict]:
    """Places of each unit and how many are filled; of a shared exam a unit sees its own only."""
    quotas = list(sitting.quotas.select_related("unit"))
    live = sitting.candidates.exclude(state=Candidate.State.DEFERRED)
    taken: dict[int, int] = {}
    for path in live.values_list("unit__path", flat=True):
        if found := quota_of(quotas, path):
            taken[found.pk] = taken.get(found.pk, 0) + 1
    own = set(sitting.quotas.visible_to(user).values_list("pk", flat=True))
    mine = set(sitting.quotas.filter(user.scope_filter(NOMINATE, "unit")).values_list("pk", flat=True))
    return [
        {"unit": one.unit, "places": one.places, "taken": taken.get(one.pk, 0), "is_own": one.pk in mine}
        for one in quotas
        if one.pk in own
    ]


def candidates_by_unit(sitting: Sitting, user: User) -> list[dict]:
    """By district or unit of the city: on the list, prepared, absent, deferred."""
    rows = Candidate.objects.visible_to(user).filter(sitting=sitting).order_by()
    states = {name.lower(): Count("pk", filter=Q(state=name)) for name in ("ABSENT", "DEFERRED")}
    people = Count("pk", filter=~Q(state="DEFERRED"))
    ready = Count("attempt", filter=~Q(state="DEFERRED"))
    by_unit = rows.annotate(place=Substr("unit__path", 1, DISTRICT)).values("place")
    found = list(by_unit.annotate(people=people, ready=ready, **states).order_by("place"))
    names = dict(OrgUnit.objects.filter(path__in=[row["place"] for row in found]).values_list("path", "name"))
    return [row | {"name": names[row["place"]]} for row in found]
