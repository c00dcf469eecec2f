"""Many declared entries at once: what `post_entry` would write one by one, in one pass over each chain."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from lms.audit.chain import row_hash
from lms.audit.services import last_link, lock_stream
from lms.ledger.counting import GENERAL_RULES, IMPORTED, Activity, RuleBook, SoFar, count, kept_quantity
from lms.ledger.models import Entry, Obligation
from lms.ledger.record_file import Line
from lms.ledger.services.obligations import due_minima, months_on_duty, required_minima, unsaved_obligation
from lms.ledger.services.posting import rule_book, stream_of
from lms.people.models import Officer, OrgUnit, Posting
from lms.rules.models import Category, RuleVersion

BATCH = 2000


class RuleBooks:
    """The rules of any day, read once for each day on which one of them changed."""

    def __init__(self) -> None:
        versions = RuleVersion.objects.approved().filter(rule__code__in=[IMPORTED, *GENERAL_RULES])
        self.begun = sorted(set(versions.values_list("effective_from", flat=True)))
        self.books: dict[date, RuleBook] = {}

    def on(self, day: date) -> RuleBook:
        """Raises LookupError for a day on which a rule was not yet in force."""
        place = bisect_right(self.begun, day)
        if not place:
            raise LookupError(f"no version in force on {day}")
        since = self.begun[place - 1]
        if since not in self.books:
            self.books[since] = rule_book([IMPORTED], since)
        return self.books[since]


class Units:
    """Where officers served on any day, and where today if no posting covers it."""

    def __init__(self, officers: Iterable[Officer]) -> None:
        self.units = OrgUnit.objects.in_bulk()
        self.postings = defaultdict(list)
        rows = Posting.objects.filter(officer__in=[officer.pk for officer in officers], is_primary=True)
        for officer, unit, during in rows.values_list("officer_id", "unit_id", "during"):
            self.postings[officer].append((during, unit))

    def of(self, officer: Officer, day: date) -> OrgUnit:
        found = (unit for during, unit in self.postings[officer.pk] if day in during)
        return self.units[next(found, officer.unit_id)]


def ensure_obligations(wanted: Mapping[tuple[int, int], Officer]) -> dict[tuple[int, int], Obligation]:
    """`ensure_obligation` for many (officer id, year); the rows come back locked."""
    officers, years = {key[0] for key in wanted}, {key[1] for key in wanted}
    rows = Obligation.objects.filter(officer__in=officers, year__in=years)
    missing = set(wanted) - set(rows.values_list("officer_id", "year"))
    full = {year: required_minima(year) for year in {year for _, year in missing}}
    dues = {}
    made = []
    for officer_id, year in sorted(missing):
        officer = wanted[officer_id, year]
        minima, version = full[year]
        # The duty follows from the year and the months alone, so one officer answers for all alike.
        alike = year, months_on_duty(officer.entered_on, year)
        if alike not in dues:
            dues[alike] = due_minima(officer, year, minima)
        made.append(unsaved_obligation(officer, year, *dues[alike], version))
    Obligation.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    return {(row.officer_id, row.year): row for row in locked if (row.officer_id, row.year) in wanted}


def counted_entries(lines: Iterable[Line], officers: Mapping[str, Officer], posted_by: str) -> list[Entry]:
    """An unsaved entry for every line, with neither obligation nor evidence."""
    books, units = RuleBooks(), Units(officers.values())
    so_far = _SoFar(officers.values(), books)
    entries = []
    for line in lines:
        officer, book = officers[line.staff_no], books.on(line.on)
        quantity = {"hours": str(line.hours), "credits": str(line.credits)}
        activity = Activity(IMPORTED, line.on, line.layer, Category.LAW, quantity)
        counted = count(activity, book, so_far.of(officer.pk, line.on.year))
        so_far.add(officer.pk, line.on.year, counted)
        entries.append(Entry(
            officer=officer, unit=units.of(officer, line.on), year=line.on.year, occurred_on=line.on, title=line.title,
            hours=counted.hours, credits=counted.credits, capped_hours=counted.capped_hours,
            capped_credits=counted.capped_credits, layer=line.layer, category=Category.LAW,
            counts_hours=counted.counts_hours, counts_credits=counted.counts_credits, reasons=list(counted.reasons),
            quantity=kept_quantity(activity), rule_version=book.versions[IMPORTED], posted_by=posted_by[:120],
        ))  # fmt: skip
    return entries


class _SoFar:
    """What was counted in a person-year under the rule of imports, for a yearly cap it may carry."""

    def __init__(self, officers: Iterable[Officer], books: RuleBooks) -> None:
        self.sums: dict[tuple[int, int], tuple[Decimal, Decimal]] = {}
        if RuleVersion.objects.approved().filter(rule__code=IMPORTED).exclude(caps=[]).exists():
            rows = Entry.objects.filter(
                officer__in=[officer.pk for officer in officers], rule_version__rule__code=IMPORTED
            )
            found = rows.order_by().values_list("officer_id", "year").annotate(Sum("hours"), Sum("credits"))
            self.sums = {(officer, year): (hours, credits) for officer, year, hours, credits in found}

    def of(self, officer_id: int, year: int) -> SoFar:
        hours, credits = self.sums.get((officer_id, year), (Decimal(0), Decimal(0)))
        return SoFar(rule_year_hours=hours, rule_year_credits=credits)

    def add(self, officer_id: int, year: int, counted) -> None:
        so_far = self.of(officer_id, year)
        self.sums[officer_id, year] = (
            so_far.rule_year_hours + counted.hours,
            so_far.rule_year_credits + counted.credits,
        )


def append_all(entries: Iterable[Entry]) -> list[Entry]:
    """Link unsaved entries to the ends of their chains, in the order given, and save them in that order."""
    entries = list(entries)
    streams: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        streams[stream_of(entry.unit, entry.year)].append(entry)
    for stream in sorted(streams):
        lock_stream(stream)
        seq, previous = last_link(Entry, stream)
        posted_at = timezone.now().astimezone(UTC)
        for place, entry in enumerate(streams[stream], seq + 1):
            entry.stream, entry.seq, entry.posted_at = stream, place, posted_at
            entry.row_hash = previous = row_hash(previous, entry.chained_values())
    return Entry.objects.bulk_create(entries, batch_size=BATCH)
