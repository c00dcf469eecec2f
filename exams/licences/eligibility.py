"""Whether somebody may apply, condition by condition, each with its reason. Pure: facts and terms in, findings out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from exams.licences.terms import Terms, years_later

SUBJECTS = {"GENERAL_LAW": "通用法律知识", "SPECIAL_LAW": "专门法律知识"}
FIRST, RENEWAL, REISSUE = "FIRST", "RENEWAL", "REISSUE"


@dataclass(frozen=True)
class Facts:
    """What is known of an officer on a day. `passes` has the newest pass of each subject, `hours` a year's sum."""

    status: str
    status_label: str
    discipline_until: date | None = None
    hours: Mapping[int, Decimal] = field(default_factory=dict)
    passes: Mapping[str, date] = field(default_factory=dict)
    revoked_on: date | None = None
    course: str = ""
    course_done_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Finding:
    code: str
    label: str
    is_met: bool
    text: str

    def as_dict(self) -> dict:
        return {"code": self.code, "label": self.label, "is_met": self.is_met, "text": self.text}


def judge(kind: str, facts: Facts, terms: Terms, day: date) -> list[Finding]:
    """Every condition of that kind of application, met or not."""
    found = [_status(facts, terms)]
    if terms.discipline_bars:
        found.append(_discipline(facts, day))
    if kind == REISSUE:
        return found
    found.append(_hours(facts, terms, day))
    if kind == FIRST:
        found += [_exam(subject, facts, terms, day) for subject in terms.subjects]
        found += _revoked(facts, terms, day)
    else:
        found += _renewal(facts, terms, day)
    return found


def is_met(findings: list[Finding]) -> bool:
    return all(one.is_met for one in findings)


def shortfall(findings: list[Finding]) -> str:
    """What is missing, in one line."""
    return "；".join(one.text for one in findings if not one.is_met)


def _status(facts: Facts, terms: Terms) -> Finding:
    met = facts.status in terms.statuses
    return Finding("status", "人员状态", met, f"现为{facts.status_label}" + ("" if met else "，不在可申办的状态"))


def _discipline(facts: Facts, day: date) -> Finding:
    until = facts.discipline_until
    met = until is None or until < day
    text = "不在处分影响期" if until is None or met else f"处分影响期至{until:%Y年%-m月%-d日}"
    return Finding("discipline", "处分影响期", met, text)


def _hours(facts: Facts, terms: Terms, day: date) -> Finding:
    """The better of this year and the last."""
    year, got = max(
        ((year, facts.hours.get(year, Decimal(0))) for year in (day.year, day.year - 1)), key=lambda pair: pair[1]
    )
    return Finding("hours", "学时", got >= terms.min_hours, f"{year}年已得{got:.2f}学时，需{terms.min_hours:.2f}学时")


def _exam(subject: str, facts: Facts, terms: Terms, day: date) -> Finding:
    label = f"{SUBJECTS[subject]}考试"
    passed_on = facts.passes.get(subject)
    if passed_on is None:
        text = f"{label}没有合格记录"
    elif passed_on < terms.pass_counts_from(day):
        text = f"{label}{passed_on:%Y年%-m月%-d日}合格，已超过{terms.pass_years}年有效期"
    else:
        until = years_later(passed_on, terms.pass_years)
        text = f"{passed_on:%Y年%-m月%-d日}合格，有效至{until:%Y年%-m月%-d日}"
    met = passed_on is not None and passed_on >= terms.pass_counts_from(day)
    return Finding(subject.lower(), label, met, text)


def _revoked(facts: Facts, terms: Terms, day: date) -> Iterator[Finding]:
    if facts.revoked_on:
        again = years_later(facts.revoked_on, terms.revoked_years)
        text = f"{facts.revoked_on:%Y年%-m月%-d日}吊销，{again:%Y年%-m月%-d日}起可再申领"
        yield Finding("revoked", "吊销记录", day >= again, text)


def _renewal(facts: Facts, terms: Terms, day: date) -> Iterator[Finding]:
    if facts.valid_until:
        opens = terms.renewable_from(facts.valid_until)
        text = f"有效期至{facts.valid_until:%Y年%-m月%-d日}，{opens:%Y年%-m月%-d日}起可换证"
        yield Finding("window", "换证期", day >= opens, text)
    if facts.course:
        done = facts.course_done_on
        text = f"《{facts.course}》" + (f"{done:%Y年%-m月%-d日}学完" if done else "尚未学完")
        yield Finding("course", "换证课程", done is not None, text)
    if terms.renewal_exam:
        yield _exam("SPECIAL_LAW", facts, terms, day)
