"""Every night: states of bases, re-reviews opened in time, reminders."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse

from instructors.bases.models import BaseReview, PracticeBase
from instructors.bases.services.naming import refresh
from instructors.bases.services.offices import deciders_of, keepers_of, tell
from instructors.bases.services.reviews import page_of
from instructors.bases.terms import Terms, terms_on, years_later
from instructors.bases.usage import Use, use_of
from lms.audit.services import record

State = PracticeBase.State
REMIND_BEFORE = (30, 7)
WHY = {
    State.INCOMPLETE: "命名后没有按期发布精品实践课程（1基地1精品），已停止预订。请发布课程并在基地页面登记。",
    State.OVERDUE: "复审或整改已逾期，已停止预订。请与市局教育培训处联系。",
    State.ACTIVE: "条件已具备，恢复预订。",
}


@dataclass
class Done:
    changed: int = 0
    opened: int = 0
    reminded: int = 0


def tend_bases(day: date) -> Done:
    """Each base in a transaction of its own: one that fails holds up no other."""
    terms, done = terms_on(day), Done()
    for pk in list(PracticeBase.objects.named().values_list("pk", flat=True)):
        _tend(pk, day, terms, done)
    done.reminded += _remind(day)
    return done


@transaction.atomic
def _tend(pk: int, day: date, terms: Terms, done: Done) -> None:
    rows = PracticeBase.objects.select_for_update(of=("self",)).select_related("venue__unit", "course", "naming")
    base = rows.get(pk=pk)
    if base.state == State.REMOVED:
        return
    if base.review_due_on - terms.ahead <= day and not base.reviews.under_way().exists():
        open_re_review(base, day)
        done.opened += 1
    if refresh(base, day):
        done.changed += 1
        link = reverse("practicebase:inspect", args=[base.pk])
        tell(
            [*keepers_of(base.unit), *deciders_of(base.unit)],
            f"{base.get_state_display()}：{base}", WHY[State(base.state)], link=link,
        )  # fmt: skip
        return
    until = base.named_on + timedelta(days=terms.flagship_days)
    if not base.has_course and (until - day).days in REMIND_BEFORE:
        done.reminded += tell(
            keepers_of(base.unit), f"请发布精品实践课程：{base}",
            f"期限{until:%Y年%-m月%-d日}，逾期停止预订。", once_key=f"bases.course:{base.pk}:{until}:{(until - day).days}",
        )  # fmt: skip


def open_re_review(base: PracticeBase, day: date) -> BaseReview:
    """Filled in from the last time and from how the base was used since."""
    last = base.reviews.filter(state=BaseReview.State.RETAINED).first() or base.naming
    since = years_later(base.review_due_on, -terms_on(day).review_years)
    review = BaseReview.objects.create(
        base=base, unit=base.venue.unit, name=base.venue.name, theme=base.theme, address=base.venue.address,
        seats=base.venue.seats, introduction=last.introduction, safety=last.safety, course=base.course,
        use_note=use_note(base, since, day), due_on=base.review_due_on,
    )  # fmt: skip
    review.trainers.set(last.trainers.all())
    record("bases.open_re_review", actor="系统", target=review, due_on=str(base.review_due_on))
    body = f"请在{base.review_due_on:%Y年%-m月%-d日}前完成复审，材料已按上次申报和使用记录预填。"
    tell([*keepers_of(review.unit), *deciders_of(review.unit)], f"复审已开启：{base}", body, link=page_of(review))
    return review


def use_note(base: PracticeBase, since: date, until: date) -> str:
    use: Use = use_of([base.venue_id], since, until)[base.venue_id]
    return f"{since:%Y年%-m月%-d日}至{until:%Y年%-m月%-d日}，按课次记录：{use}。"


def _remind(day: date) -> int:
    """Whoever has to put something right, a month and a week before the deadline."""
    told = 0
    rows = BaseReview.objects.filter(state=BaseReview.State.RECTIFYING, due_on__isnull=False).select_related("unit")
    for review in rows:
        assert review.due_on is not None
        left = (review.due_on - day).days
        if left in REMIND_BEFORE:
            told += tell(
                keepers_of(review.unit), f"整改还有{left}天：{review}",
                f"期限{review.due_on:%Y年%-m月%-d日}，完成后请填报整改情况。", link=page_of(review),
                once_key=f"bases.rectify:{review.pk}:{review.due_on}:{left}",
            )  # fmt: skip
        elif left < 0:
            told += tell(
                [*keepers_of(review.unit), *deciders_of(review.unit)], f"整改逾期：{review}",
                "期限已过，由市局教育培训处决定。", link=page_of(review), once_key=f"bases.late:{review.pk}:{review.due_on}",
            )  # fmt: skip
    return told
