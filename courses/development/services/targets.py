"""The year's targets by R38 beside what was made, as far as somebody may see it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from courses.development.models import (
    Claim,
    CourseDevelopmentGroup,
    CrowdCall,
    DevelopmentProject,
    Milestone,
    PeerReview,
    Work,
)
from courses.development.terms import TARGETS, version_on
from lms.people.models import OrgUnit
from lms.rules.formula import parameter

SHOWN = 12


@dataclass(frozen=True)
class Target:
    label: str
    unit: str
    actual: int
    wanted: int
    coming: int
    what_comes: str
    link: str

    @property
    def share(self) -> float:
        return 100 * self.actual / self.wanted if self.wanted else 0

    @property
    def coming_share(self) -> float:
        """What else the bar shows, never past its end."""
        return min(100 * self.coming / self.wanted, max(100 - self.share, 0)) if self.wanted else 0

    @property
    def is_met(self) -> bool:
        return self.actual >= self.wanted


@dataclass(frozen=True)
class UnitLine:
    """What one district or city-level unit has taken on in the year's calls."""

    unit: OrgUnit
    claimed: int
    reviewing: int
    accepted: int
    lost: int


def targets(user, year: int) -> tuple[list[Target], object]:
    """The three of them, and the rule version they come from."""
    version = version_on(TARGETS, date(year, 12, 31))
    groups = _groups(user, year)
    projects = DevelopmentProject.objects.visible_to(user)
    claims = Claim.objects.visible_to(user)
    accepted = claims.filter(state=Claim.State.ACCEPTED, checked_at__year=year)
    in_hand = claims.holding().exclude(state=Claim.State.ACCEPTED)
    rows = [
        ("groups", "课程开发教研组", "个", groups.at_work().count(), groups.filter(state="PROPOSED").count(), "待批准",
         "coursedevelopmentgroup:index"),
        ("courses", "专业课程", "门", projects.filter(stage="PUBLISHED", published_on__year=year).count(),
         projects.under_way().count(), "在开发", "developmentproject:index"),
        ("videos", "众筹视频课件", "个", accepted.count(), in_hand.count(), "制作评审中", "claim:index"),
    ]  # fmt: skip
    found = [
        Target(label, unit, actual, int(parameter(version.formula, key)), coming, words, link)
        for key, label, unit, actual, coming, words, link in rows
    ]
    return found, version


def _groups(user, year: int):
    in_year = Q(from_on__lte=date(year, 12, 31), until_on__gte=date(year, 1, 1))
    return CourseDevelopmentGroup.objects.visible_to(user).filter(in_year)


def stages(user) -> list[tuple[str, str, int]]:
    """How many projects stand where, in the order of the way."""
    rows = DevelopmentProject.objects.visible_to(user).order_by().values_list("stage").annotate(Count("pk"))
    found = dict(rows)
    return [(stage.value, stage.label, found.get(stage.value, 0)) for stage in DevelopmentProject.WAY]


def unit_lines(user, year: int) -> list[UnitLine]:
    claims = Claim.objects.visible_to(user).filter(made_at__year=year).order_by()
    counts: dict[str, dict[str, int]] = {}
    for path, state, count in claims.values_list("unit__path", "state").annotate(Count("pk")):
        line = counts.setdefault(path[: 2 * OrgUnit.steplen], {})
        line[state] = line.get(state, 0) + count
    units = OrgUnit.objects.filter(path__in=counts)
    return [_line(unit, counts[unit.path]) for unit in units]


def _line(unit: OrgUnit, found: dict[str, int]) -> UnitLine:
    lost = sum(found.get(state, 0) for state in ("REJECTED", "LAPSED", "GIVEN_UP"))
    reviewing, accepted = found.get("SUBMITTED", 0), found.get("ACCEPTED", 0)
    return UnitLine(unit, sum(found.values()), reviewing, accepted, lost)


def late_milestones(user):
    groups = CourseDevelopmentGroup.objects.visible_to(user).exclude(state="DISSOLVED")
    projects = DevelopmentProject.objects.visible_to(user).under_way()
    rows = Milestone.objects.overdue().filter(Q(group__in=groups) | Q(project__in=projects))
    return rows.select_related("group", "project").order_by("due_on")


def late_reviews(user):
    rows = PeerReview.objects.visible_to(user).to_do().filter(due_on__lt=timezone.localdate())
    return rows.select_related("submission__output", "reviewer")


def open_calls(user):
    return CrowdCall.objects.visible_to(user).filter(state=CrowdCall.State.OPEN).with_counts().select_related("unit")


def works_by_form(user) -> list[tuple[str, str, int, int]]:
    """Of each form: how many are out, of how many registered."""
    rows = Work.objects.visible_to(user).exclude(state="WITHDRAWN").order_by().values_list("form")
    found = {form: (out, count) for form, out, count in rows.annotate(
        out=Count("pk", filter=Q(state="PUBLISHED")), all=Count("pk")
    )}  # fmt: skip
    return [(form.value, form.label, *found[form.value]) for form in Work.Form if form.value in found]
