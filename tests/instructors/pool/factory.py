"""Appointments in force, without the walk through proposal and consent."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from instructors.pool.models import (
    Appointment,
    Instructor,
    Nomination,
    PodiumMember,
    SelectionRound,
    TrialReview,
    YearReview,
)
from lms.rules.models import RuleVersion
from tests import factory

DAY = timedelta(days=1)


def term(from_on: date, until_on: date | None) -> DateRange:
    return DateRange(from_on, until_on and until_on + DAY)


def make_appointment(instructor: Instructor, *, from_on: date, until_on: date | None = None, **fields) -> Appointment:
    fields = {"level": "DISTRICT", "unit": instructor.unit, "checked_by": factory.make_user(),
              "checked_at": timezone.now(), **fields}  # fmt: skip
    return Appointment.objects.create(
        instructor=instructor, during=term(from_on, until_on), made_by=factory.make_user(), **fields
    )


def refused(act, *args, **kwargs) -> str:
    """The code a refusal carries."""
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        act(*args, **kwargs)
    return refusal.value.code


def make_round(unit, *, level="DISTRICT", made_by=None, **fields) -> SelectionRound:
    today = timezone.localdate()
    fields = {"year": today.year, "target": 5, "closes_on": today, "title": f"选聘{unit.code}{level}", **fields}
    return SelectionRound.objects.create(unit=unit, level=level, made_by=made_by or factory.make_user(), **fields)


def make_nomination(row: SelectionRound, officer=None, **fields) -> Nomination:
    officer = officer or factory.make_officer(row.unit)
    fields = {"unit": officer.unit, "source": "OFFICE", "statement": "多年办案", "made_by": row.made_by, **fields}
    return Nomination.objects.create(round=row, officer=officer, **fields)


RUBRIC = {"rubric_content": 27, "rubric_practice": 22, "rubric_delivery": 21, "rubric_material": 18}


def make_trial(nomination: Nomination, *totals) -> list[TrialReview]:
    """Arranged, with a reviewer from nowhere for each total; None has not marked yet."""
    nomination.state, nomination.trial_at, nomination.trial_title = "TRIAL", timezone.now(), "试讲"
    nomination.save()
    return [
        nomination.reviews.create(
            reviewer=factory.make_user(), total=total, scored_at=timezone.now() if total is not None else None
        )
        for total in totals
    ]


def make_member(unit, **fields) -> PodiumMember:
    officer = factory.make_officer(unit)
    fields = {
        "department": f"处室{officer.staff_no[-3:]}",
        "post": "处长",
        "during": term(date(2020, 1, 1), None),
        **fields,
    }
    return PodiumMember.objects.create(officer=officer, **fields)


def make_review(instructor: Instructor, *, year=2025, is_met: bool, **fields) -> YearReview:
    fields = {"lectures": 4 if is_met else 1, "hours": 8, "responses": 0, "courseware": 0, "years_below": int(not is_met),
              "rule_version": RuleVersion.objects.in_force("R28", date(year, 12, 31)), "counted_at": timezone.now(),
              **fields}  # fmt: skip
    return YearReview.objects.create(instructor=instructor, year=year, is_met=is_met, **fields)
