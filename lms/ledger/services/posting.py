from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from lms.audit.chain import row_hash
from lms.audit.services import last_link, lock_stream
from lms.ledger.counting import GENERAL_RULES, IMPORTED, Activity, Counted, RuleBook, SoFar, count, kept_quantity
from lms.ledger.models import Entry, Obligation
from lms.ledger.services.obligations import ensure_obligation
from lms.people.models import Officer, OrgUnit
from lms.rules.models import Category, RuleVersion, TrainingKind


@dataclass(frozen=True)
class Claim:
    """One activity of one officer, offered to the ledger.

    `evidence` is the unique text key of the row that proves it ("courses.learning.courseprogress:7");
    `occurred_at` decides the local day, and so the year and the rule version.
    """

    rule: str
    evidence: str
    title: str
    layer: str
    occurred_at: datetime
    quantity: dict
    category: str = Category.LAW
    kind: str = TrainingKind.IN_SERVICE
    module: str = ""
    posted_by: str = "系统"
    note: str = ""
    timed: bool = field(default=True, kw_only=True)

    @property
    def on(self) -> date:
        return timezone.localtime(self.occurred_at).date()

    def activity(self) -> Activity:
        ended_at = timezone.localtime(self.occurred_at).time() if self.timed else None
        return Activity(self.rule, self.on, self.layer, self.category, self.quantity, ended_at)


def rule_book(codes, day: date) -> RuleBook:
    """The versions in force on a day. LookupError names the rules that have none."""
    wanted = {*codes, *GENERAL_RULES}
    found = RuleVersion.objects.in_force_by_code(wanted, day)
    if missing := wanted - set(found):
        raise LookupError(f"no version in force on {day}: {', '.join(sorted(missing))}")
    return RuleBook(found)


@transaction.atomic
def post_entry(officer: Officer, claim: Claim) -> Entry:
    """Count an activity and write it down, once: the same evidence again gives the same entry back.

    Whoever posts for one officer and year queues on the obligation's row, so that day and year
    caps are counted against everything before. What a cap keeps out is recorded, never dropped.
    """
    if found := Entry.objects.filter(evidence=claim.evidence).first():
        return found
    book = rule_book([claim.rule], claim.on)
    obligation = Obligation.objects.select_for_update().get(pk=ensure_obligation(officer, claim.on.year).pk)
    if found := Entry.objects.filter(evidence=claim.evidence).first():
        return found  # posted while this one waited for the lock
    counted = count(claim.activity(), book, _so_far(obligation, claim))
    return append(counted_entry(obligation, unit_on(officer, claim.on), claim, book, counted))


def counted_entry(obligation: Obligation, unit: OrgUnit, claim: Claim, book: RuleBook, counted: Counted) -> Entry:
    """What was counted of a claim, unsaved."""
    return Entry(
        obligation=obligation, officer_id=obligation.officer_id, unit=unit, year=claim.on.year,
        occurred_on=claim.on, title=claim.title, hours=counted.hours, credits=counted.credits,
        capped_hours=counted.capped_hours, capped_credits=counted.capped_credits, layer=claim.layer,
        kind=claim.kind, category=claim.category, module=claim.module, counts_hours=counted.counts_hours,
        counts_credits=counted.counts_credits, reasons=list(counted.reasons), quantity=kept_quantity(claim.activity()),
        evidence=claim.evidence, rule_version=book.versions[claim.rule], posted_by=claim.posted_by, note=claim.note,
    )  # fmt: skip


@transaction.atomic
def reverse_entry(entry: Entry, *, posted_by: str, reason: str) -> Entry:
    """Write the opposite of an entry. The first one stays; reversing twice, or a reversal, is refused."""
    Obligation.objects.select_for_update().get(pk=entry.obligation_id)
    if entry.reverses_id:
        raise ValidationError("冲正条目不能再冲正。", code="is_reversal")
    if Entry.objects.filter(reverses=entry).exists():
        raise ValidationError("该条目已冲正。", code="already_reversed")
    return append(reversal_of(entry, posted_by=posted_by, reason=reason))


def reversal_of(entry: Entry, *, posted_by: str, reason: str) -> Entry:
    """The opposite of an entry, unsaved."""
    same = ("obligation_id", "officer_id", "unit_id", "year", "occurred_on", "layer", "kind", "category", "module",
            "counts_hours", "counts_credits", "quantity", "rule_version_id")  # fmt: skip
    return Entry(
        **{name: getattr(entry, name) for name in same}, title=f"更正：{entry.title}"[:120], hours=-entry.hours,
        credits=-entry.credits, capped_hours=-entry.capped_hours, capped_credits=-entry.capped_credits,
        evidence=f"reversal:{entry.pk}", reverses=entry, posted_by=posted_by, note=reason, reasons=["reversal"],
    )  # fmt: skip


def append(entry: Entry) -> Entry:
    """Link an unsaved entry to the end of its district's chain of the year and save it."""
    entry.posted_at = timezone.now().astimezone(UTC)
    entry.stream = stream_of(entry.unit, entry.year)
    lock_stream(entry.stream)
    seq, previous = last_link(Entry, entry.stream)
    entry.seq = seq + 1
    entry.row_hash = row_hash(previous, entry.chained_values())
    entry.save(force_insert=True)
    return entry


def stream_of(unit: OrgUnit, year: int) -> str:
    return f"ledger:{unit.city_level_path}:{year}"


def unit_on(officer: Officer, day: date) -> OrgUnit:
    """Where the officer served on a day; today's unit where no posting covers it."""
    posting = officer.postings.on(day).select_related("unit").first()
    return posting.unit if posting else officer.unit


def _so_far(obligation: Obligation, claim: Claim) -> SoFar:
    on_day = Q(occurred_on=claim.on, counts_hours=True) & ~Q(rule_version__rule__code=IMPORTED)
    sums = {
        f"day_{layer}": Sum("hours", filter=on_day & Q(layer=layer), default=Decimal(0))
        for layer in ("ONLINE", "UNIT", "TEAM")
    }
    same_rule = Q(rule_version__rule__code=claim.rule)
    sums |= {name: Sum(name, filter=same_rule, default=Decimal(0)) for name in ("hours", "credits")}
    got = Entry.objects.filter(obligation=obligation).aggregate(**sums)
    by_layer = {layer: got[f"day_{layer}"] for layer in ("ONLINE", "UNIT", "TEAM")}
    return SoFar(sum(by_layer.values(), Decimal(0)), by_layer, got["hours"], got["credits"])
