"""Rounds of selection: opened with a target, people put forward, trial lectures arranged."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.pool.models import Appointment, Nomination, SelectionRound, TrialReview
from instructors.pool.terms import TARGETS, USE, terms_on
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import Officer, OrgUnit, User

ADD, CHANGE, NOMINATE, ARRANGE = (
    "pool.add_selectionround", "pool.change_selectionround", "pool.add_nomination", "pool.arrange_trial",
)  # fmt: skip
TARGET_KEYS = {"DISTRICT": "district_instructors", "PRACTICE": "district_practice"}
State, RoundState = Nomination.State, SelectionRound.State


def target_for(unit: OrgUnit, level: str, day: date) -> int:
    """What the rule asks a unit for in a year; of a team's own trainers one a team."""
    if level in ("TEAM", "LEGAL"):
        return max(1, OrgUnit.objects.teams().filter(path__startswith=unit.path).count())
    key = "city_instructors" if level == "CITY" else TARGET_KEYS[level]
    return terms_on(TARGETS, day).number(key)


@transaction.atomic
def open_round(row: SelectionRound, *, actor: User) -> SelectionRound:
    if row.level == "CITY" and not row.unit.is_whole_city:
        raise ValidationError("市级师资由市局选聘，选聘单位请选市局。", code="city_only")
    row.target = row.target or target_for(row.unit, row.level, timezone.localdate())
    row.made_by = actor
    row.full_clean()
    row.save()
    record("pool.open_round", actor=actor, target=row, level=row.level, goal=row.target)
    return row


def _locked_round(row: SelectionRound) -> SelectionRound:
    return SelectionRound.objects.select_for_update(of=("self",)).select_related("unit").get(pk=row.pk)


@transaction.atomic
def start_reviews(row: SelectionRound, *, actor: User) -> SelectionRound:
    """No more names; trial lectures from here."""
    row = _locked_round(row)
    if row.state != RoundState.OPEN:
        raise ValidationError("该轮已不在接受推荐。", code="wrong_state")
    if not row.nominations.live().exists():
        raise ValidationError("还没有人选，不能转入评审；可以延后推荐截止日期。", code="nobody")
    return _put(row, RoundState.REVIEWING, actor)


@transaction.atomic
def close_round(row: SelectionRound, *, actor: User) -> SelectionRound:
    row = _locked_round(row)
    if row.state == RoundState.CLOSED:
        raise ValidationError("该轮已结束。", code="wrong_state")
    waiting = row.nominations.filter(state__in=(State.NOMINATED, State.TRIAL)).count()
    if waiting:
        raise ValidationError(f"还有{waiting}名人选没有结论，请先作出结论或由本人撤回。", code="undecided")
    return _put(row, RoundState.CLOSED, actor)


def _put(row: SelectionRound, state: str, actor: User) -> SelectionRound:
    row.state = state
    row.save(update_fields=["state"])
    record("pool.round_state", actor=actor, target=row, state=state)
    return row


@dataclass(frozen=True)
class Profile:
    """Why somebody is put forward, and what he can teach."""

    statement: str
    topics: tuple = ()
    items: tuple = ()
    course_levels: list = field(default_factory=list)


@transaction.atomic
def nominate(row: SelectionRound, officer: Officer, profile: Profile, *, actor: User) -> Nomination:
    row = _locked_round(row)
    if row.state != RoundState.OPEN or timezone.localdate() > row.closes_on:
        raise ValidationError(f"“{row}”的推荐已截止，可以参加下一轮。", code="closed")
    if not officer.unit.path.startswith(row.unit.path):
        raise ValidationError(f"该轮只选聘{row.unit}所属人员。", code="outside_unit")
    if row.nominations.live().filter(officer=officer).exists():
        raise ValidationError("该人员已在本轮人选中。", code="already_nominated")
    today = timezone.localdate()
    if Appointment.objects.in_force_on(today).filter(instructor__officer=officer, level=row.level).exists():
        raise ValidationError(f"该人员已是在聘的{row.get_level_display()}，不用再选聘。", code="already_appointed")
    found = row.nominations.create(
        officer=officer, unit=officer.unit, statement=profile.statement, course_levels=profile.course_levels, made_by=actor,
        source=Nomination.Source.SELF if officer.user_id == actor.pk else Nomination.Source.OFFICE,
    )  # fmt: skip
    found.topics.set(profile.topics)
    found.items.set(profile.items)
    record("pool.nominate", actor=actor, target=found, who=officer.staff_no, source=found.source)
    if found.source == Nomination.Source.OFFICE:
        notify([officer.user], title=f"您被推荐参加“{row}”", body="请做好试讲准备；不愿参加的，可在“我—教员”中撤回。")
    return found


def lock_nomination(row: Nomination) -> Nomination:
    related = Nomination.objects.select_for_update(of=("self",)).select_related("round__unit", "officer__user", "unit")
    return related.get(pk=row.pk)


@transaction.atomic
def withdraw(nomination: Nomination, *, actor: User) -> Nomination:
    row = lock_nomination(nomination)
    if row.state not in (State.NOMINATED, State.TRIAL):
        raise ValidationError("已有结论，不能撤回。", code="decided")
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    record("pool.withdraw_nomination", actor=actor, target=row)
    return row


@transaction.atomic
def arrange_trial(
    nomination: Nomination, *, actor: User, reviewers: list[User], at: datetime, title: str, place: str
) -> Nomination:
    """When, where and on what he lectures, and who judges it; more reviewers may be asked later, none be sent away."""
    row = lock_nomination(nomination)
    if row.state not in (State.NOMINATED, State.TRIAL):
        raise ValidationError("该人选已有结论。", code="decided")
    terms = terms_on(USE, timezone.localdate())
    for reviewer in reviewers:
        refuse_interest(row, reviewer, terms.number("own_unit") == 1)
    TrialReview.objects.bulk_create(
        [TrialReview(nomination=row, reviewer=reviewer) for reviewer in reviewers], ignore_conflicts=True
    )
    least = terms.number("reviewers")
    if row.reviews.count() < least:
        raise ValidationError(f"评审人不得少于{least}人，请再指定。", code="too_few_reviewers")
    row.state, row.trial_at, row.trial_title, row.trial_place = State.TRIAL, at, title, place
    row.save(update_fields=["state", "trial_at", "trial_title", "trial_place"])
    record("pool.arrange_trial", actor=actor, target=row, reviewers=[str(one) for one in reviewers], when=str(at))
    when = f"{timezone.localtime(at):%Y年%-m月%-d日 %H:%M}"
    notify([row.officer.user], title="试讲安排", body=f"“{title}”，{when}，{place}。")
    notify(
        reviewers,
        title="请评审试讲",
        body=f"{row.officer.name}“{title}”，{when}，{place}。",
        link="/instructors/trials/",
    )
    return row


def refuse_interest(row: Nomination, reviewer: User, own_unit: bool) -> None:
    """Nobody judges himself; where the rule says so, nor somebody of his own unit."""
    if row.officer.user_id == reviewer.pk:
        raise ValidationError("人选本人不能评审自己的试讲。", code="oneself")
    unit = reviewer.audit_unit
    if own_unit and unit and is_own_unit(unit, row):
        raise ValidationError(f"{reviewer.get_full_name()}与人选同单位，按回避要求请另选评审人。", code="own_unit")


def is_own_unit(unit: OrgUnit, row: Nomination) -> bool:
    """In a round of the city the district is the unit; within a district the section or team."""
    if row.round.unit.is_whole_city:
        return unit.city_level_path == row.unit.city_level_path
    return unit.path == row.unit.path
