"""What the staff home shows of the units a user may see, from a fixed number of queries.

The ledger is summed twice, by person and by month; every block, list and export is counted
from those same rows, so that no two of them can disagree.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.urls import reverse

from lms.ledger.models import Entry, Obligation
from lms.ledger.services.obligations import required_minima
from lms.ledger.services.standings import COMPULSORY
from lms.ledger.standing import standing_of
from lms.people.models import Officer, OrgUnit, User
from lms.people.querysets import in_units
from lms.portal.tally import YEAR_MONTHS, Count, Months, Person, Row, bands, checks, grouped, nearest
from lms.rules.models import RuleVersion
from lms.rules.services import year_labels

SUMMARY, LINES = "ledger.view_obligation", "ledger.view_entry"
OWN_STAFF = "机关与直属"
_TOTALS = ("got_hours", "got_credits", "got_online_hours", "got_online_credits", "got_unit_hours",
           "got_unit_credits", "got_team_hours", "got_team_credits")  # fmt: skip


@dataclass(frozen=True)
class Desk:
    year: int
    now: datetime
    name: str
    rule: RuleVersion
    people: list[Person]
    without_duty: int
    bands: list[Count]
    checks: list[Count]
    all_met: Count
    labels: dict[str, str]
    unit_labels: dict[str, str]
    rows: list[Row]
    total: Row
    pace: Decimal
    by_person: bool


def top_units(user: User) -> list[OrgUnit]:
    """The units whose duty a user may see, without those that lie inside another of them."""
    units = {unit.pk: unit for unit in user.scope(SUMMARY)}.values()
    return [unit for unit in units if not any(_inside(unit, other) for other in units)]


def _inside(unit: OrgUnit, other: OrgUnit) -> bool:
    return unit.pk != other.pk and unit.path.startswith(other.path)


def build_desk(user: User, tops: list[OrgUnit], year: int, now: datetime, name: str) -> Desk:
    """Everything the staff home shows of some units. LookupError if the year has no rule of duty."""
    full, rule = required_minima(year)
    labels, duties = year_labels("LAYER", year), duties_of(user, tops, year)
    people = _people(duties, labels, year)
    units = list(OrgUnit.objects.filter(in_units(tops, "")))
    children = _children(tops, units)
    by_person = not children
    last = now.month if year == now.year else YEAR_MONTHS
    pace = full.hours / YEAR_MONTHS
    months = Months(_posted(duties, "officer__staff_no" if by_person else "officer__unit__path"), last, pace)
    rows = _person_rows(months, people) if by_person else _unit_rows(months, people, children)
    total = months.row(name, "", people, {source for source, _ in months.posted})
    met = Count("四项全部达到", total.met, len(people))
    without = Officer.objects.in_service().filter(in_units(tops, "unit")).exclude(obligations__year=year).count()
    return Desk(
        year, now, name, rule, people, without, bands(people, full.hours), checks(people, labels), met, labels,
        _unit_labels(units, tops), rows, total, pace, by_person,
    )  # fmt: skip


def duties_of(user: User, tops: list[OrgUnit], year: int) -> QuerySet:
    """The year's obligations of those in service under some units, as far as the user may see them."""
    duties = Obligation.objects.visible_to(user).for_year(year).filter(in_units(tops, "officer__unit"))
    return duties.filter(officer__in=Officer.objects.in_service()).order_by()


def _people(duties: QuerySet, labels: dict[str, str], year: int) -> list[Person]:
    modules, done = _modules(duties, year)
    rows = duties.with_totals().values_list(
        "pk", "officer__staff_no", "officer__name", "officer__unit__path", "hours", "credits", "layers", *_TOTALS,
        named=True,
    )  # fmt: skip
    return sorted(
        (
            Person(
                row.officer__staff_no, row.officer__name, row.officer__unit__path,
                standing_of(row, labels, [item for item in modules if item[0] not in done.get(row.pk, "").split(",")]),
            )
            for row in rows
        ),
        key=lambda person: person.gap,
    )  # fmt: skip


def _modules(duties: QuerySet, year: int) -> tuple[list[tuple[str, str]], dict[int, str]]:
    """The year's compulsory modules as (code, label), and by obligation those done."""
    version = RuleVersion.objects.in_force(COMPULSORY, date(year, YEAR_MONTHS, 31))
    modules = [(item["key"], item["label"]) for item in version.formula["items"]] if version else []
    # As standing() says it, but by the few that were reversed: over a city its join reads the whole ledger again.
    undone = Entry.objects.filter(reverses__isnull=False).values("reverses")
    entries = Entry.objects.filter(obligation__in=duties.values("pk"), reverses=None).exclude(pk__in=undone).order_by()
    done = entries.filter(module__in=[code for code, _ in modules]).values_list("obligation_id")
    return modules, dict(done.annotate(done=StringAgg("module", ",", distinct=True)))


def _posted(duties: QuerySet, source: str) -> dict[tuple[str, int], Decimal]:
    """Counted hours by source and month."""
    rows = duties.filter(entries__counts_hours=True).values_list(source, ExtractMonth("entries__occurred_on"))
    return {(key, month): hours for key, month, hours in rows.annotate(Sum("entries__hours"))}


def _children(tops: list[OrgUnit], units: list[OrgUnit]) -> list[OrgUnit]:
    """What the rows of months stand for: several units themselves, or the parts of a single one."""
    if len(tops) != 1:
        return tops
    (top,) = tops
    return [
        unit for unit in units
        if (unit.depth == top.depth + 1 and _inside(unit, top)) or unit.daily_parent_id == top.pk
    ]  # fmt: skip


def _unit_rows(months: Months, people: list[Person], children: list[OrgUnit]) -> list[Row]:
    """A row for each part that has people, and one for those who belong to the whole directly."""
    group_of = nearest(unit.path for unit in children)
    groups = grouped(people, group_of)
    sources: dict[str, set[str]] = {}
    for path, _ in months.posted:
        sources.setdefault(group_of(path), set()).add(path)
    heads = [(unit.path, unit.name, reverse("portal_desk:unit", args=[unit.code])) for unit in children]
    return [
        months.row(label, url, groups[path], sources.get(path, ()))
        for path, label, url in [*heads, ("", OWN_STAFF, "")]
        if path in groups
    ]


def _person_rows(months: Months, people: list[Person]) -> list[Row]:
    return [
        months.row(person.name, reverse("portal_desk:person", args=[person.staff_no]), [person], [person.staff_no])
        for person in sorted(people, key=lambda person: person.staff_no)
    ]


def _unit_labels(units: list[OrgUnit], tops: list[OrgUnit]) -> dict[str, str]:
    """A unit's name by its path, after its district's where several districts are shown."""
    names = {unit.path: unit.name for unit in units}
    if len(tops) == 1 and not tops[0].is_whole_city:
        return names
    district = {unit.path: names.get(unit.city_level_path, "") for unit in units}
    return {path: name if district[path] in ("", name) else f"{district[path]} {name}" for path, name in names.items()}
