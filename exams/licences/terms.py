"""What R54 and R27 ask for and allow, as one value; nothing here looks into the database."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

CONDITIONS, VALIDITY = "R54", "R27"
STATUS, NONE, YES = "status_", "无", "1"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    statuses: frozenset[str]
    min_hours: Decimal
    subjects: tuple[str, ...]
    pass_years: int
    discipline_bars: bool
    revoked_years: int
    renewal_exam: bool
    renewal_course: str
    due_days: int
    years: int
    renewal_months: int

    def valid_until(self, valid_from: date) -> date:
        """The last day of a certificate that begins on that day."""
        return years_later(valid_from, self.years) - DAY

    def renewable_from(self, valid_until: date) -> date:
        return months_earlier(valid_until, self.renewal_months)

    def pass_counts_from(self, day: date) -> date:
        """Passes before that day are too old."""
        return years_later(day, -self.pass_years)


def terms_of(conditions: Mapping, validity: Mapping) -> Terms:
    value = {item["key"]: item["value"] for item in conditions["items"]}
    span = {item["key"]: item["value"] for item in validity["items"]}
    asked = {"GENERAL_LAW": value["general_law"], "SPECIAL_LAW": value["special_law"]}
    course = value["renewal_course"].strip()
    return Terms(
        statuses=frozenset(
            key.removeprefix(STATUS) for key, text in value.items() if key.startswith(STATUS) and text == YES
        ),
        min_hours=Decimal(value["min_hours"]),
        subjects=tuple(subject for subject, text in asked.items() if text == YES),
        pass_years=int(Decimal(value["pass_years"])),
        discipline_bars=value["discipline"] == YES,
        revoked_years=int(Decimal(value["revoked_years"])),
        renewal_exam=value["renewal_exam"] == YES,
        renewal_course="" if course == NONE else course,
        due_days=int(Decimal(value["due_days"])),
        years=int(Decimal(span["years"])),
        renewal_months=int(Decimal(span["renewal_months"])),
    )


def years_later(day: date, years: int) -> date:
    """The same day so many years on; of 29 February the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, monthrange(day.year + years, day.month)[1]))


def months_earlier(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
