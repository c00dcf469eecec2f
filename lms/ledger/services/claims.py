"""Many claims at once: what `post_entry` would write one after the other, with each chain locked once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from lms.ledger.counting import IMPORTED, RuleBook, SoFar, Tally, count
from lms.ledger.models import Entry, Obligation
from lms.ledger.services.bulk import Units, append_all, ensure_obligations
from lms.ledger.services.posting import Claim, counted_entry, reversal_of, rule_book
from lms.people.models import Officer

Pair = tuple[Officer, Claim]


@transaction.atomic
def post_entries(pairs: Sequence[Pair]) -> list[Entry]:
    """The entry of each claim, in order; for evidence that is already in the book the entry that stands there."""
    obligations = lock_years(pairs)
    found = {entry.evidence: entry for entry in Entry.objects.filter(evidence__in=[c.evidence for _, c in pairs])}
    # Of two claims with the same evidence the first one counts.
    fresh = {pair[1].evidence: pair for pair in reversed(pairs) if pair[1].evidence not in found}
    new = [pair for pair in pairs if fresh.get(pair[1].evidence) is pair]
    if new:
        made = append_all(_counted(new, obligations))
        found |= {entry.evidence: entry for entry in made}
    return [found[claim.evidence] for _, claim in pairs]


def lock_years(pairs: Iterable[Pair]) -> dict[tuple[int, int], Obligation]:
    """The locked person-years of claims: nothing is posted for these people meanwhile."""
    return ensure_obligations({(officer.pk, claim.on.year): officer for officer, claim in pairs})


@transaction.atomic
def reverse_entries(entries: Sequence[Entry], *, posted_by: str, reason: str) -> list[Entry]:
    """`reverse_entry` for many: all of them, or the refusal of the first that cannot be."""
    people = sorted({entry.obligation_id for entry in entries})
    list(Obligation.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    if any(entry.reverses_id for entry in entries):
        raise ValidationError("冲正条目不能再冲正。", code="is_reversal")
    if Entry.objects.filter(reverses__in=[entry.pk for entry in entries]).exists():
        raise ValidationError("该条目已冲正。", code="already_reversed")
    return append_all(reversal_of(entry, posted_by=posted_by, reason=reason) for entry in entries)


def _counted(pairs: Sequence[Pair], obligations: dict[tuple[int, int], Obligation]) -> list[Entry]:
    books, units = _books(pairs), Units({officer.pk: officer for officer, _ in pairs}.values())
    tallies = _tallies(obligations.values(), set(books))
    entries = []
    for officer, claim in pairs:
        obligation, activity = obligations[officer.pk, claim.on.year], claim.activity()
        tally, book = tallies[obligation.pk], books[claim.on]
        counted = count(activity, book, tally.so_far(activity))
        tally.add(activity, counted)
        entries.append(counted_entry(obligation, units.of(officer, claim.on), claim, book, counted))
    return entries


def _books(pairs: Iterable[Pair]) -> dict[date, RuleBook]:
    """The rules of each day, read once. LookupError names those that are missing."""
    codes = defaultdict(set)
    for _, claim in pairs:
        codes[claim.on].add(claim.rule)
    return {day: rule_book(wanted, day) for day, wanted in codes.items()}


def _tallies(obligations: Iterable[Obligation], days: set[date]) -> dict[int, Tally]:
    """What each person-year has so far: on the days in question by layer, in the year by rule."""
    people = [obligation.pk for obligation in obligations]
    rows = Entry.objects.filter(obligation__in=people).order_by()
    by_rule: defaultdict[int, dict] = defaultdict(dict)
    sums = rows.values_list("obligation_id", "rule_version__rule__code").annotate(Sum("hours"), Sum("credits"))
    for obligation, rule, hours, credits in sums:
        by_rule[obligation][rule] = (hours, credits)
    by_day: defaultdict[int, dict[date, SoFar]] = defaultdict(dict)
    counted = rows.filter(occurred_on__in=days, counts_hours=True).exclude(rule_version__rule__code=IMPORTED)
    for obligation, day, layer, hours in counted.values_list("obligation_id", "occurred_on", "layer").annotate(
        Sum("hours")
    ):
        _add(by_day[obligation].setdefault(day, SoFar()), layer, hours)
    return {pk: Tally(by_day[pk], by_rule[pk]) for pk in people}


def _add(day: SoFar, layer: str, hours: Decimal) -> None:
    day.day += hours
    day.day_by_layer[layer] = hours
