"""What a rule version would change: a year counted again with it, beside the year as it was counted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, F, Func, JSONField, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.query import QuerySet

from lms.ledger.counting import GENERAL_RULES
from lms.ledger.models import Entry, Obligation
from lms.ledger.recount import Recount
from lms.ledger.services.obligations import BY_LAYER, PRO_RATA, TOTALS, prorated
from lms.ledger.services.standings import COMPULSORY
from lms.ledger.standing import Standing, standing_of
from lms.rules.formula import ZERO, Minima, minima
from lms.rules.models import RuleVersion
from lms.rules.services import rule_value

# Apart from the clock there are few different quantities, and equal ones are counted once.
MEASURED = Cast(Func(F("quantity"), template="(%(expressions)s - 'ended_at')", output_field=JSONField()), TextField())
APPROVE = "rules.approve_ruleversion"


@dataclass(frozen=True)
class Change:
    """One officer's year before and after."""

    staff_no: str
    officer: str
    unit: str
    before: Standing
    after: Standing

    @property
    def hours(self) -> Decimal:
        return self.after.total.hours - self.before.total.hours

    @property
    def credits(self) -> Decimal:
        return self.after.total.credits - self.before.total.credits

    @property
    def owed_hours(self) -> Decimal:
        return _owed(self.after, "hours_left") - _owed(self.before, "hours_left")

    @property
    def owed_credits(self) -> Decimal:
        return _owed(self.after, "credits_left") - _owed(self.before, "credits_left")

    def without_name(self) -> "Change":
        return replace(self, staff_no="", officer="", unit="")

    @property
    def size(self) -> tuple[Decimal, Decimal]:
        """For sorting: by hours, got or owed, then by credits."""
        return (
            max(abs(self.hours), abs(self.owed_hours)),
            max(abs(self.credits), abs(self.owed_credits)),
        )


@dataclass(frozen=True)
class Preview:
    version: RuleVersion
    year: int
    since: date
    seen: int
    changes: list[Change]
    applies: bool = True
    named: bool = True

    @property
    def hours(self) -> Decimal:
        return sum((change.hours for change in self.changes), ZERO)

    @property
    def credits(self) -> Decimal:
        return sum((change.credits for change in self.changes), ZERO)

    @property
    def newly_met(self) -> int:
        return sum(change.after.is_met and not change.before.is_met for change in self.changes)

    @property
    def no_longer_met(self) -> int:
        return sum(change.before.is_met and not change.after.is_met for change in self.changes)


def preview(version: RuleVersion, year: int, obligations: QuerySet, *, since: date | None = None) -> Preview:
    """Count the year's entries dated `since` or later (the whole year by default) as if the version held.

    `obligations` are the person-years to look at, already scoped to who asks. Imported and declared
    entries stay as they are. Nothing is written.
    """
    since = since or date(year, 1, 1)
    rows = obligations.for_year(year)
    if version.rule.code in (TOTALS, BY_LAYER):
        changes = _owed_changes(version, year, rows)
    elif version.rule.shape in ("linear", "points") or version.rule.code in GENERAL_RULES:
        changes = _counted_changes(version, year, rows, since)
    else:
        return Preview(version, year, since, rows.count(), [], applies=False)
    changes.sort(key=lambda change: change.staff_no)
    changes.sort(key=lambda change: change.size, reverse=True)
    return Preview(version, year, since, rows.count(), changes)


def preview_for(user, version: RuleVersion, year: int, since: date | None = None) -> Preview:
    """What a user may see of a preview: the people of his scope; an approver the numbers alone, without names."""
    named = user.has_perm("ledger.view_obligation")
    rows = Obligation.objects
    found = preview(version, year, rows.visible_to(user) if named else rows.within(user, APPROVE), since=since)
    return found if named else replace(found, named=False, changes=[change.without_name() for change in found.changes])


def _owed_changes(version: RuleVersion, year: int, rows: QuerySet) -> list[Change]:
    step = Decimal(rule_value(PRO_RATA, "step", date(year, 12, 31)))
    full, unfinished = minima(version.formula), _Modules(year)
    found = []
    for row in rows.with_totals().select_related("officer__unit").iterator(chunk_size=2000):
        missing = unfinished.of(row)
        before = standing_of(row, {}, missing)
        _owe(row, version.rule.code, prorated(full, row.months, step))
        change = _change(row, before, standing_of(row, {}, missing))
        if _gaps(before) != _gaps(change.after):
            found.append(change)
    return found


def _owe(row: Obligation, code: str, due: Minima) -> None:
    if code == TOTALS:
        row.hours, row.credits = due.hours, due.credits
    else:
        row.layers = {layer: {"hours": str(h), "credits": str(c)} for layer, (h, c) in due.layers.items()}


def _counted_changes(version: RuleVersion, year: int, rows: QuerySet, since: date) -> list[Change]:
    gains = dict(_gains(version, year, rows, since))
    unfinished, found = _Modules(year), []
    affected = rows.filter(pk__in=gains).with_totals().select_related("officer__unit")
    for row in affected.iterator(chunk_size=2000):
        missing = unfinished.of(row)
        before = standing_of(row, {}, missing)
        for name, gain in gains[row.pk].items():
            setattr(row, name, getattr(row, name) + gain)
        found.append(_change(row, before, standing_of(row, {}, missing)))
    return found


def _gaps(standing: Standing) -> dict:
    """What is missing, for the year and in each layer."""
    parts = (standing.total, *standing.layers)
    return {part.code: (part.hours_left, part.credits_left) for part in parts if part.hours_left or part.credits_left}


def _owed(standing: Standing, left: str) -> Decimal:
    """What is still missing: hours for one layer also count for the year."""
    return max(getattr(standing.total, left), sum((getattr(part, left) for part in standing.layers), ZERO))


def _change(row: Obligation, before: Standing, after: Standing) -> Change:
    return Change(row.officer.staff_no, row.officer.name, row.officer.unit.name, before, after)


def _gains(version: RuleVersion, year: int, rows: QuerySet, since: date) -> Iterator[tuple[int, dict]]:
    """(obligation, what each of its sums gains), for those that gain or lose anything."""
    approved = RuleVersion.objects.approved().select_related("rule").order_by("effective_from", "number")
    recount = Recount(version, since, list(approved))
    entries = (
        Entry.objects.filter(obligation__in=rows.values("pk"))
        .exclude(rule_version__in=recount.declared)
        .order_by("obligation_id", "id")
        .annotate(measured=MEASURED, ended_at=KeyTextTransform("ended_at", "quantity"))
        .values_list("obligation_id", "id", "reverses_id", "occurred_on", "layer", "category", "rule_version_id", "measured", "ended_at")
    )  # fmt: skip
    if not entries.filter(occurred_on__gte=since).exists():
        return
    for obligation, lines in groupby(entries.iterator(chunk_size=20_000), key=itemgetter(0)):
        if gain := recount.person(lines):
            yield obligation, gain


class _Modules:
    """Who has not finished the year's compulsory modules: of that no rule previewed here changes anything."""

    def __init__(self, year: int) -> None:
        version = RuleVersion.objects.in_force(COMPULSORY, date(year, 12, 31))
        codes = [item["key"] for item in version.formula["items"] if item["value"] == "1"] if version else []
        done = Entry.objects.standing().for_year(year).filter(module__in=codes).values("obligation")
        self.none_needed = not codes
        finished = done.annotate(modules=Count("module", distinct=True)).filter(modules=len(codes))
        self.finished = set(finished.values_list("obligation", flat=True))

    def of(self, row: Obligation) -> tuple:
        return () if self.none_needed or row.pk in self.finished else (("", "必修模块"),)
