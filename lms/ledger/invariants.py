"""What must always be true of the book and of the people in it: each function names the first row that breaks it.

They ask the tables directly, on purpose not through the code that wrote them. A version approved during a day
counts from then on only, so what is compared by day may follow the version of that day or of the day before.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from django.apps import apps
from django.db import connection
from django.db.models import Q, Sum
from django.utils import timezone

from lms.audit.models import AuditEvent
from lms.ledger.counting import CAPS, CATEGORY, IMPORTED
from lms.ledger.models import Entry, ImportedRecord, Obligation
from lms.ledger.services.obligations import required_minima
from lms.ledger.standing import standing_of
from lms.people.models import OrgUnit, RoleGrant, User
from lms.people.services.roles import group_name
from lms.rules.models import Category, RuleVersion

APPEND_ONLY = (Entry, ImportedRecord, AuditEvent)
LAYERS = ("online", "unit", "team")
EVIDENCE: dict[str, str] = {}  # a query for the keys that are there, where a key is not that of one model's row
AMOUNTS = ("hours", "credits")


def _first(sql: str, *params) -> str | None:
    """The first column of a query's first row: the offending row's key."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def sums_agree() -> str | None:
    """1. The total shown, its layers together, and the plain sum over the officer's lines are one number."""
    sums = {name: Sum(name, filter=Q(**{f"counts_{name}": True}), default=Decimal(0)) for name in AMOUNTS}
    rows = Entry.objects.order_by().values_list("officer", "year").annotate(**sums)
    plain = {(officer, year): amounts for officer, year, *amounts in rows}
    for row in Obligation.objects.order_by("pk").with_totals():
        shown = [getattr(row, f"got_{name}") for name in AMOUNTS]
        layered = [sum(getattr(row, f"got_{layer}_{name}") for layer in LAYERS) for name in AMOUNTS]
        if not shown == layered == plain.pop((row.officer_id, row.year), [0, 0]):
            return f"ledger.obligation:{row.pk}"
    return next((f"people.officer:{officer}" for (officer, _), amounts in plain.items() if any(amounts)), None)


def append_only() -> str | None:
    """2. Triggers refuse UPDATE, DELETE and TRUNCATE on the book, its sources and the log, and are switched on."""
    return _first(
        """
        SELECT name FROM unnest(%s::text[]) name WHERE NOT EXISTS (
            SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgrelid = to_regclass(name) AND p.proname = 'refuse_change'
            AND t.tgenabled IN ('O', 'A') AND t.tgtype & 58 = 58)
        """,  # 2 before, 8 DELETE, 16 UPDATE, 32 TRUNCATE
        [model._meta.db_table for model in APPEND_ONLY],
    )


def versions_in_force() -> str | None:
    """3. Every line was counted by the version in force on its day, as far as it was approved by then."""
    return _first(
        """
        WITH days AS (
            SELECT rule_version_id, occurred_on, max(posted_at) AS last FROM ledger_entry
            WHERE reverses_id IS NULL GROUP BY rule_version_id, occurred_on
        ), wrong AS (
            SELECT d.* FROM days d JOIN rules_ruleversion v ON v.id = d.rule_version_id
            WHERE v.checked_by_id IS NULL OR v.effective_from > d.occurred_on OR EXISTS (
                SELECT FROM rules_ruleversion w WHERE w.rule_id = v.rule_id AND w.checked_at <= d.last
                AND w.effective_from > v.effective_from AND w.effective_from <= d.occurred_on)
            LIMIT 1
        )
        SELECT 'ledger.entry:' || e.id FROM wrong d JOIN ledger_entry e ON e.rule_version_id = d.rule_version_id
        AND e.occurred_on = d.occurred_on AND e.posted_at = d.last AND e.reverses_id IS NULL LIMIT 1
        """
    )


def evidence_once() -> str | None:
    """4. No evidence counts twice."""
    return _first("SELECT 'ledger.entry:' || max(id) FROM ledger_entry GROUP BY evidence HAVING count(*) > 1 LIMIT 1")


def evidence_exists() -> str | None:
    """4. Every line's evidence is a row that is there: a line appended by hand with a right hash has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT split_part(evidence, ':', 1) FROM ledger_entry ORDER BY 1")
        labels = [label for (label,) in cursor.fetchall()]
    return next(filter(None, map(_without_evidence, labels)), None)


def _without_evidence(label: str) -> str | None:
    if keys := EVIDENCE.get(label):
        return _first(
            f"""
            SELECT 'ledger.entry:' || e.id FROM ledger_entry e LEFT JOIN ({keys}) k (evidence) USING (evidence)
            WHERE starts_with(e.evidence, %s) AND k.evidence IS NULL LIMIT 1
            """,  # noqa: S608 - apps' own queries
            f"{label}:",
        )
    try:
        model = Entry if label == "reversal" else apps.get_model(label)
    except (LookupError, TypeError, ValueError):
        return _first("SELECT 'ledger.entry:' || id FROM ledger_entry WHERE split_part(evidence, ':', 1) = %s", label)
    key = "split_part(e.evidence, ':', 2)"
    return _first(
        f"""
        SELECT 'ledger.entry:' || e.id FROM ledger_entry e LEFT JOIN {model._meta.db_table} r
        ON r.{model._meta.pk.column} = CASE WHEN {key} ~ '^[0-9]{{1,18}}$' THEN {key}::bigint END
        WHERE starts_with(e.evidence, %s) AND r.{model._meta.pk.column} IS NULL LIMIT 1
        """,  # noqa: S608 - names of our own tables
        f"{label}:",
    )


def day_caps() -> str | None:
    """5. What was counted by rules on one day stays within the day's caps."""
    counted = Entry.objects.filter(counts_hours=True).exclude(rule_version__rule__code=IMPORTED).order_by()
    rows = counted.values_list("obligation", "occurred_on", "layer").annotate(Sum("hours"))
    days: dict[tuple[int, date], dict[str, Decimal]] = {}
    for obligation, on, layer, hours in rows:
        days.setdefault((obligation, on), {})[layer] = hours
    caps = lru_cache(_caps)
    for (obligation, on), by_layer in days.items():
        for layer, cap in caps(on).items():
            if (by_layer.get(layer, 0) if layer else sum(by_layer.values())) > cap:
                return f"ledger.obligation:{obligation} on {on}"
    return None


def _versions(code: str, day: date) -> list[RuleVersion]:
    found = [RuleVersion.objects.in_force(code, one) for one in (day, day - timedelta(days=1))]
    return [version for version in found if version]


def _caps(day: date) -> dict[str, Decimal]:
    """The widest cap by layer; "" for all layers together."""
    found: dict[str, Decimal] = {}
    for version in _versions(CAPS, day):
        for cap in version.caps:
            if cap["per"] == "day" and "hours" in cap:
                layer = cap.get("layer", "")
                found[layer] = max(found.get(layer, Decimal(0)), Decimal(cap["hours"]))
    return found


def politics_apart() -> str | None:
    """6. Political theory counts only as far as the category rule of its day says so."""
    lines = Entry.objects.filter(category=Category.POLITICS, reverses=None)
    for on, *counts in lines.order_by().values_list("occurred_on", "counts_hours", "counts_credits").distinct():
        if counts not in [[version.counts_hours, version.counts_credits] for version in _versions(CATEGORY, on)]:
            wrong = lines.filter(occurred_on=on, counts_hours=counts[0], counts_credits=counts[1])
            return f"ledger.entry:{wrong.values_list('pk', flat=True)[0]}"
    return None


def thresholds_apart() -> str | None:
    """7. A year is met by total hours, total credits and every layer of the rule, each for itself."""
    layers = lru_cache(lambda year: required_minima(year)[0].layers)
    for row in Obligation.objects.order_by("pk").with_totals():
        tests = [row.got_hours >= row.hours, row.got_credits >= row.credits]
        for layer in layers(row.year):
            due = row.layers.get(layer)
            if due is None:
                return f"ledger.obligation:{row.pk}"
            tests += [getattr(row, f"got_{layer.lower()}_{name}") >= Decimal(due[name]) for name in AMOUNTS]
        if standing_of(row, {}).is_met != all(tests):
            return f"ledger.obligation:{row.pk}"
    return None


def prorated_within() -> str | None:
    """8. Nobody owes more than the full year, or less than nothing."""
    full = lru_cache(lambda year: required_minima(year)[0])
    for row in Obligation.objects.order_by("pk"):
        most = full(row.year)
        pairs = [(row.hours, most.hours), (row.credits, most.credits)]
        for layer, due in row.layers.items():
            bounds = most.layers.get(layer, (Decimal(0), Decimal(0)))
            pairs += zip((Decimal(due["hours"]), Decimal(due["credits"])), bounds, strict=True)
        if any(not 0 <= owed <= bound for owed, bound in pairs):
            return f"ledger.obligation:{row.pk}"
    return None


def districts_add_up() -> str | None:
    """23. Whoever owes or has hours belongs to one district or city-level unit, so that they add up to the city."""
    paths = list(OrgUnit.objects.city_level().values_list("path", flat=True))
    return _first(
        """
        SELECT 'people.officer:' || o.id FROM people_officer o JOIN people_orgunit u ON u.id = o.unit_id
        WHERE EXISTS (SELECT FROM ledger_obligation b WHERE b.officer_id = o.id)
        AND (SELECT count(*) FROM unnest(%s::text[]) p WHERE starts_with(u.path, p)) <> 1 ORDER BY o.id LIMIT 1
        """,
        paths,
    )


def served_where_listed() -> str | None:
    """An officer's unit is that of his primary posting of today."""
    return _first(
        """
        SELECT 'people.officer:' || o.id FROM people_officer o WHERE o.status NOT IN ('RETIRED', 'LEFT')
        AND NOT EXISTS (SELECT FROM people_posting p WHERE p.officer_id = o.id AND p.is_primary
                        AND p.unit_id = o.unit_id AND p.during @> %s::date) ORDER BY o.id LIMIT 1
        """,
        timezone.localdate(),
    )


def groups_follow_grants() -> str | None:
    """A user's groups are those of his current roles, no more and no fewer."""
    granted = {(grant.user_id, group_name(grant.role)) for grant in RoleGrant.objects.current()}
    held = set(User.groups.through.objects.values_list("user_id", "group__name"))
    return next((f"people.user:{user}" for user, _ in sorted(granted ^ held)), None)


def reversals_opposite() -> str | None:
    """A reversal is the exact opposite of its line, which has no other."""
    same = "obligation_id officer_id unit_id year occurred_on layer kind category module counts_hours counts_credits"
    differs = " OR ".join(f"r.{name} IS DISTINCT FROM e.{name}" for name in same.split())
    opposite = " OR ".join(f"r.{name} <> -e.{name}" for name in ("hours", "credits", "capped_hours", "capped_credits"))
    return _first(
        f"""
        SELECT 'ledger.entry:' || r.id FROM ledger_entry r JOIN ledger_entry e ON e.id = r.reverses_id
        WHERE {differs} OR {opposite} OR e.reverses_id IS NOT NULL
        OR EXISTS (SELECT FROM ledger_entry x WHERE x.reverses_id = e.id AND x.id < r.id) ORDER BY r.id LIMIT 1
        """  # noqa: S608 - names of our own columns
    )


INVARIANTS: list[Callable[[], str | None]] = [
    sums_agree, append_only, versions_in_force, evidence_once, evidence_exists, day_caps, politics_apart,
    thresholds_apart, prorated_within, districts_add_up, served_where_listed, groups_follow_grants, reversals_opposite,
]  # fmt: skip


def contribute(*invariants: Callable[[], str | None], evidence: dict[str, str] | None = None) -> None:
    """Apps above add what must be true of their own tables, and how the evidence they name is found."""
    INVARIANTS.extend(one for one in invariants if one not in INVARIANTS)
    EVIDENCE.update(evidence or {})
