"""D6: a base reviewer's round. Seven applicants in 崇明, and what became of each of them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from instructors.bases.models import BaseDecision, BaseReview, BaseRound, PracticeBase, ScoreSheet
from instructors.bases.services.decisions import approve_decision, possible, propose_decision
from instructors.bases.services.materials import add_material
from instructors.bases.services.naming import set_course
from instructors.bases.services.reviews import (
    accept_review,
    begin_review,
    pass_review,
    report_rectification,
    submit_review,
)
from instructors.bases.services.rounds import open_round
from instructors.bases.services.scoring import assign_reviewers, save_sheet, score_of, submit_sheet
from instructors.bases.services.upkeep import tend_bases
from instructors.venues.models import Venue
from lms.certificates.models import Certificate
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.courses.shelf import make_course
from tests.courses.training.factory import make_instructor
from tests.instructors.bases.factory import (
    PDF,
    TEXTS,
    make_checklist,
    make_plaque_design,
    make_reviewer,
    photo,
    points_of,
)

pytestmark = pytest.mark.django_db
DAY_ONE = datetime(2026, 3, 2, 2, tzinfo=UTC)
SCORES = (91, 88, 85, 83, 80, 76, 69)


class Round2026:
    """Everybody who has a part in it."""

    def __init__(self, city):
        self.chongming = factory.make_district(city, "CM")
        self.pudong, self.xuhui = (factory.make_district(city, code) for code in ("PD", "XH"))
        self.clerk = factory.make_staff(Role.DISTRICT_OFFICE, self.chongming)
        self.district = factory.make_staff(Role.DISTRICT_OFFICE, self.chongming)
        self.office, self.second = (factory.make_staff(Role.CITY_OFFICE, city) for _ in range(2))
        self.reviewers = [make_reviewer(self.pudong), make_reviewer(self.xuhui)]
        self.local = make_reviewer(self.chongming)
        self.trainer = make_instructor(self.chongming)
        self.round = self.open()

    def open(self):
        today = timezone.localdate()
        row = BaseRound(
            year=2026, title="2026年创建轮次", opens_on=today, closes_on=today + timedelta(days=30), places=5
        )
        return open_round(row, actor=self.office)

    def apply(self, number: int, course=None) -> BaseReview:
        review = BaseReview(
            round=self.round, unit=self.chongming, name=f"崇明实践教学基地{number}", theme=f"主题{number}",
            address="陈家镇", seats=40, course=course, **TEXTS,
        )  # fmt: skip
        review = begin_review(review, actor=self.clerk)
        review.trainers.add(self.trainer)
        for part, title, data in (("management", "安全预案", PDF), ("site", "场地照片", photo())):
            add_material(review, data, actor=self.clerk, part=part, title=title)
        submit_review(review, actor=self.clerk)
        pass_review(review, actor=self.district)
        return accept_review(review, actor=self.office)

    def score(self, review: BaseReview, total: int) -> BaseReview:
        for sheet in assign_reviewers(review, self.reviewers, actor=self.office):
            save_sheet(sheet, points_of(total, review.checklist), "符合要求，建议增加夜间实训。", actor=sheet.reviewer)
            submit_sheet(sheet, actor=sheet.reviewer)
        review.refresh_from_db()
        return review

    def decide(self, review: BaseReview, outcome: str, reason: str = "") -> BaseReview:
        decision = propose_decision(review, actor=self.office, outcome=outcome, reason=reason)
        approve_decision(decision, actor=self.second)
        review.refresh_from_db()
        return review


@pytest.fixture
def tale(access, rules, city, design, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    make_checklist()
    make_plaque_design()
    with time_machine.travel(DAY_ONE, tick=False) as clock:
        stage = Round2026(city)
        stage.clock = clock
        yield stage


def flagship(code: str, **fields):
    course = make_course(code, title=f"精品{code}", category="SKILLS", **fields)
    type(course).objects.filter(pk=course.pk).update(is_flagship=True)
    course.refresh_from_db()
    return course


def test_seven_applicants(tale, client):
    courses = [flagship(f"P{number}") for number in range(1, 5)]
    applied = [tale.apply(number, course) for number, course in enumerate([*courses, None, None, None], 1)]
    scored = [tale.score(review, total) for review, total in zip(applied, SCORES, strict=True)]
    assert [score_of(review) for review in scored] == list(SCORES)
    assert {review.state for review in scored} == {"SCORED"}

    five, rectifying, refused = scored[:5], scored[5], scored[6]
    for review in five:
        tale.decide(review, "NAME")
    assert possible(rectifying) == ["RECTIFY", "REFUSE"]
    tale.decide(rectifying, "RECTIFY", "安全预案没有演练记录，补齐后再次评分。")
    assert possible(refused) == ["REFUSE"]
    tale.decide(refused, "REFUSE", "师资不足，场地没有独立教学区。")

    named = PracticeBase.objects.all()
    assert named.count() == 5
    assert set(Venue.objects.filter(practice_base__in=named).values_list("kind", "is_open")) == {
        ("PRACTICE_BASE", True)
    }
    plaques = Certificate.objects.filter(kind="PLAQUE")
    assert plaques.count() == 5
    assert {plaque.holder for plaque in plaques} == {str(base) for base in named}
    told = Delivery.objects.filter(user=tale.clerk, notice__title__startswith="不予命名").get().notice
    assert "69" in told.body
    assert "场地没有独立教学区" in told.body

    # 90 days: on the last of them it is still in time.
    assert rectifying.due_on == timezone.localdate() + timedelta(days=90)
    tale.clock.move_to(DAY_ONE + timedelta(days=90))
    report_rectification(rectifying, actor=tale.clerk, note="已演练两次，记录附后。")
    rectifying.refresh_from_db()
    tale.score(rectifying, 82)
    tale.decide(rectifying, "NAME")
    assert PracticeBase.objects.count() == 6
    assert BaseDecision.objects.in_force().filter(review=rectifying).values_list("outcome", "score").count() == 2
    assert ScoreSheet.objects.filter(review=rectifying).count() == 4


def test_too_late_to_rectify(tale):
    review = tale.decide(tale.score(tale.apply(1), 76), "RECTIFY", "补齐演练记录。")
    tale.clock.move_to(DAY_ONE + timedelta(days=91))
    with pytest.raises(ValidationError) as refused:
        report_rectification(review, actor=tale.clerk, note="已补。")
    assert refused.value.code == "deadline_passed"
    assert possible(review) == ["REFUSE"]
    assert tale.decide(review, "REFUSE", "逾期未整改。").state == "REFUSED"


def test_a_reviewer_of_the_district_is_refused_everything(tale, client):
    review = tale.apply(1)
    with pytest.raises(ValidationError) as refused:
        assign_reviewers(review, [tale.local, tale.reviewers[0]], actor=tale.office)
    assert refused.value.code == "own_district"
    # Even a sheet that somebody slipped in by hand is closed to him.
    sheet = ScoreSheet.objects.create(review=review, reviewer=tale.local, assigned_by=tale.office)
    material = review.materials.first()
    client.force_login(tale.local)
    pages = [
        reverse("bases_scoring:sheet", args=[sheet.pk]), reverse("bases_console:material", args=[material.pk]),
    ]  # fmt: skip
    for page in pages:
        assert client.get(page).status_code == 404
        assert client.get(page, {"export": "xlsx"}).status_code == 404
    assert client.post(pages[0], {"submit": "1"}).status_code == 404
    listed = client.get(reverse("bases_scoring:sheets")).content.decode()
    exported = b"".join(client.get(reverse("bases_scoring:sheets"), {"export": "csv"}).streaming_content).decode()
    assert review.name not in listed + exported

    client.force_login(assign_reviewers(review, [tale.reviewers[0]], actor=tale.office)[0].reviewer)
    assert client.get(pages[1]).status_code == 200


def test_no_course_by_day_sixty(tale):
    tale.decide(tale.score(tale.apply(1), 91), "NAME")
    base = PracticeBase.objects.get()
    tale.clock.move_to(DAY_ONE + timedelta(days=59))
    tend_bases(timezone.localdate())
    assert Venue.objects.open().filter(practice_base=base).exists()
    tale.clock.move_to(DAY_ONE + timedelta(days=60))
    assert tend_bases(timezone.localdate()).changed == 1
    base.refresh_from_db()
    assert base.state == "INCOMPLETE"
    assert not Venue.objects.assignable_to(tale.chongming).filter(practice_base=base).exists()
    assert Delivery.objects.filter(user=tale.clerk, notice__title__contains="1基地1精品").exists()

    draft = make_course("P9", title="未认定")
    with pytest.raises(ValidationError) as refused:
        set_course(base, actor=tale.clerk, course=draft)
    assert refused.value.code == "not_flagship"
    set_course(base, actor=tale.clerk, course=flagship("P8"))
    base.refresh_from_db()
    assert base.state == "ACTIVE"
    assert Venue.objects.assignable_to(tale.chongming).filter(practice_base=base).exists()


def test_re_review_in_the_third_year(tale):
    course = flagship("P1")
    tale.decide(tale.score(tale.apply(1, course), 91), "NAME")
    base = PracticeBase.objects.get()
    assert base.review_due_on == timezone.localdate().replace(year=2029)
    due = datetime(2029, 3, 2, 2, tzinfo=UTC)
    tale.clock.move_to(due - timedelta(days=91))
    assert tend_bases(timezone.localdate()).opened == 0
    tale.clock.move_to(due - timedelta(days=90))
    assert tend_bases(timezone.localdate()).opened == 1
    assert tend_bases(timezone.localdate()).opened == 0  # once
    again = base.reviews.get()
    assert (again.state, again.theme, again.course.pk) == ("DRAFT", base.theme, course.pk)
    assert "次课" in again.use_note
    assert list(again.trainers.all()) == [tale.trainer]

    tale.clock.move_to(due + timedelta(days=1))
    tend_bases(timezone.localdate())
    base.refresh_from_db()
    assert base.state == "OVERDUE"
    assert not Venue.objects.open().filter(practice_base=base).exists()

    for part, data in (("management", PDF), ("site", photo())):
        add_material(again, data, actor=tale.clerk, part=part, title="新材料")
    again.results_note = "三年成效"
    again.save(update_fields=["results_note"])
    submit_review(again, actor=tale.clerk)
    pass_review(again, actor=tale.district)
    accept_review(again, actor=tale.office)
    again.refresh_from_db()
    tale.decide(tale.score(again, 84), "RETAIN")
    base.refresh_from_db()
    assert base.state == "ACTIVE"
    assert base.review_due_on.year == 2032
