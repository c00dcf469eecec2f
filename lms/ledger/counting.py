"""How one activity becomes hours and credits, given the rules of its day and what was counted before.

Pure: `services.posting` calls it under a row lock, `services.preview` replays a year through it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from lms.rules.formula import ZERO, Award, linear_credits, points, round_to

CONVERSION, CATEGORY, CAPS, ROUNDING = "R02", "R09", "R22", "R23"
GENERAL_RULES = (CONVERSION, CATEGORY, CAPS, ROUNDING)
IMPORTED = "R00"


@dataclass(frozen=True)
class Activity:
    """What somebody did, before any rule has looked at it.

    `quantity` holds what the activity rule measures (minutes, days, level, test_passed …); for
    declared amounts (imports, entries by hand) "hours" and "credits". `ended_at` is the local
    clock time an online activity was finished, for the hours that do not count.
    """

    rule: str
    on: date
    layer: str
    category: str
    quantity: Mapping
    ended_at: time | None = None


@dataclass
class SoFar:
    """Hours and credits already counted: on the day (all, and by layer) and in the year under the same rule."""

    day: Decimal = ZERO
    day_by_layer: dict[str, Decimal] = field(default_factory=dict)
    rule_year_hours: Decimal = ZERO
    rule_year_credits: Decimal = ZERO


@dataclass(frozen=True)
class Counted:
    """`capped_*` is what a cap or the hour of day kept out; `reasons` are codes for people to read."""

    hours: Decimal
    credits: Decimal
    capped_hours: Decimal
    capped_credits: Decimal
    counts_hours: bool
    counts_credits: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleBook:
    """The versions in force on one day, by rule code."""

    versions: Mapping

    def formula(self, code: str) -> Mapping:
        return self.versions[code].formula

    def replace(self, version) -> "RuleBook":
        return RuleBook({**self.versions, version.rule.code: version})


def count(activity: Activity, book: RuleBook, so_far: SoFar) -> Counted:
    """Award by the activity rule, hours of day and caps by R22, credits by R02, category by R09, rounding by R23."""
    version = book.versions[activity.rule]
    award = _award(activity, version.formula)
    hour_step, credit_step = (Decimal(_item(book, ROUNDING, key)) for key in ("hours_step", "credits_step"))
    full_hours = round_to(award.hours, hour_step)
    full_credits = round_to(_credits(award, full_hours, book), credit_step)
    counts_hours, counts_credits = _category(activity, book, version)
    hours, reasons = full_hours, []
    if "declared" not in version.activities:
        hours, reasons = _within_caps(activity, book, version, so_far, full_hours, counts_hours)
    credits = full_credits if hours == full_hours else round_to(_credits(award, hours, book), credit_step)
    credits, credit_reasons = _within_credit_cap(version, so_far, credits)
    return Counted(
        hours, credits, full_hours - hours, full_credits - credits, counts_hours, counts_credits,
        (*reasons, *credit_reasons),
    )  # fmt: skip


def _award(activity: Activity, formula: Mapping) -> Award:
    if "steps" in formula:
        return points(formula, activity.quantity)
    declared = activity.quantity
    fixed = declared.get("credits")
    return Award(Decimal(str(declared.get("hours", 0))), None if fixed is None else Decimal(str(fixed)))


def _credits(award: Award, hours: Decimal, book: RuleBook) -> Decimal:
    if award.credits is not None:
        return award.credits
    return linear_credits(book.formula(CONVERSION), hours)


def _item(book: RuleBook, code: str, key: str) -> str:
    return next(item["value"] for item in book.formula(code)["items"] if item["key"] == key)


def _category(activity: Activity, book: RuleBook, version) -> tuple[bool, bool]:
    if activity.category != "POLITICS":
        return version.counts_hours, version.counts_credits
    general = book.versions[CATEGORY]
    return general.counts_hours, general.counts_credits


def _within_caps(activity, book, version, so_far, hours, counts_hours) -> tuple[Decimal, list[str]]:
    if activity.layer == "ONLINE" and _is_quiet(activity.ended_at, book):
        return ZERO, ["quiet_hours"]
    reasons = []
    for cap in [*version.caps, *(book.versions[CAPS].caps if counts_hours else [])]:
        if "hours" not in cap or cap.get("layer", activity.layer) != activity.layer:
            continue
        room = max(Decimal(cap["hours"]) - _used(cap, so_far), ZERO)
        if hours > room:
            hours = room
            reasons.append(f"{cap['per']}_cap")
    return hours, reasons


def _used(cap: Mapping, so_far: SoFar) -> Decimal:
    if cap["per"] == "event":
        return ZERO
    if cap["per"] == "year":
        return so_far.rule_year_hours
    return so_far.day_by_layer.get(cap["layer"], ZERO) if "layer" in cap else so_far.day


def _within_credit_cap(version, so_far: SoFar, credits: Decimal) -> tuple[Decimal, list[str]]:
    for cap in version.caps:
        if cap["per"] == "year" and "credits" in cap:
            room = max(Decimal(cap["credits"]) - so_far.rule_year_credits, ZERO)
            if credits > room:
                return room, ["year_cap"]
    return credits, []


def _is_quiet(at: time | None, book: RuleBook) -> bool:
    if at is None:
        return False
    begin, end = (time.fromisoformat(_item(book, CAPS, key)) for key in ("quiet_from", "quiet_until"))
    return at >= begin or at < end if begin > end else begin <= at < end


def kept_quantity(activity: Activity) -> dict:
    """What the ledger keeps of an activity's measure: enough to count it again."""
    if activity.ended_at is None:
        return dict(activity.quantity)
    return {**activity.quantity, "ended_at": activity.ended_at.isoformat(timespec="seconds")}


def activity_of(rule: str, on: date, layer: str, category: str, quantity: Mapping) -> Activity:
    """The activity behind a line of the ledger."""
    ended_at = quantity.get("ended_at")
    return Activity(rule, on, layer, category, quantity, time.fromisoformat(ended_at) if ended_at else None)


class Tally:
    """One person's year as it is counted, activity after activity, in the order of posting.

    `days` and `years` (hours and credits by rule) are what was counted before, if anything was.
    """

    def __init__(self, days: dict[date, SoFar] | None = None, years: dict | None = None) -> None:
        self._days: dict[date, SoFar] = days or {}
        self._years: dict[str, tuple[Decimal, Decimal]] = years or {}

    def so_far(self, activity: Activity) -> SoFar:
        day = self._days.setdefault(activity.on, SoFar())
        day.rule_year_hours, day.rule_year_credits = self._years.get(activity.rule, (ZERO, ZERO))
        return day

    def add(self, activity: Activity, counted: Counted, sign: int = 1) -> None:
        """Keep what was counted in mind for the caps; sign −1 for what is reversed."""
        day = self.so_far(activity)
        if counted.counts_hours and activity.rule != IMPORTED:
            day.day += sign * counted.hours
            day.day_by_layer[activity.layer] = day.day_by_layer.get(activity.layer, ZERO) + sign * counted.hours
        self._years[activity.rule] = (
            day.rule_year_hours + sign * counted.hours,
            day.rule_year_credits + sign * counted.credits,
        )


def replay(activities: Iterable[Activity], book_on) -> list[Counted]:
    """Count a person's year from nothing, in the order given; `book_on(day)` gives the rules of a day."""
    tally, results = Tally(), []
    for activity in activities:
        counted = count(activity, book_on(activity.on), tally.so_far(activity))
        tally.add(activity, counted)
        results.append(counted)
    return results
