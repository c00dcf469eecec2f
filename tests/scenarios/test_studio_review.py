"""A studio's year: proposed, set up, worked, scored blind by two, decided by a third; what everybody sees. Over HTTP."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from courses.catalogue.models import Topic
from instructors.studios.models import InstructorStudio, StudioPlanItem, StudioReview
from lms.people.access import Role
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.mentorship.factory import make_assessed

pytestmark = pytest.mark.django_db
KEYS = ("plan", "courses", "cases", "apprentices", "influence")


@pytest.fixture
def cast(settings, access, rules, city, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return {
        "district": factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]),
        "city": factory.make_staff(Role.CITY_OFFICE, city), "second": factory.make_staff(Role.CITY_OFFICE, city),
        "base": factory.make_staff(Role.BASE_REVIEWER, city), "hr": factory.make_staff(Role.HR, city),
    }  # fmt: skip


@pytest.fixture
def world(client, cast):
    def act(who, name, *args, data=None):
        client.force_login(cast[who])
        url = reverse(name, args=args)
        answer = client.get(url) if data is None else client.post(url, data)
        assert answer.status_code in (200, 302), (name, answer.status_code)
        return answer

    return act


def refusals(answer) -> set[str]:
    return {error.code for error in answer.context["form"].errors.as_data().get("__all__", [])}


def answers(*scores) -> dict:
    return {f"item_{key}": score for key, score in zip(KEYS, scores, strict=True)} | {"comment": "材料齐全。"}


def set_up(world, districts) -> InstructorStudio:
    topic = Topic.objects.create(code="papers", name="执法文书")
    lead = make_instructor(districts["PD-01"], level="DISTRICT", name="领衔人甲")
    data = {
        "name": "文书工作室", "unit": districts["PD"].pk, "lead": lead.pk, "topics": [topic.pk],
        "summary": "研究执法文书教学。", "from_on": "2026-01-01", "until_on": "2028-12-31",
    }  # fmt: skip
    world("district", "instructorstudio:add", data=data)
    studio = InstructorStudio.objects.get()
    assert studio.state == "PROPOSED"
    world("city", "instructorstudio:approve", studio.pk, data={})
    return studio


def fill_year(world, studio, districts) -> None:
    member = make_instructor(districts["PD-02"], level="DISTRICT", name="成员乙")
    former = make_instructor(districts["PD-02"], level="DISTRICT", until_on=date(2026, 1, 31))
    adding = {"from_on": "2026-02-01", "duty": "课件"}
    refused = world("district", "instructorstudio:member", studio.pk, data=adding | {"instructor": former.pk})
    assert refusals(refused) == {"not_appointed"}
    world("district", "instructorstudio:member", studio.pk, data=adding | {"instructor": member.pk})
    item = {"year": 2026, "title": "文书示范课", "kind": "COURSE", "target": 2, "due_on": "2026-10-31"}
    world("district", "instructorstudio:plan", studio.pk, data=item)
    world("district", "instructorstudio:plan", studio.pk, data=item | {"title": "案例集", "kind": "CASE"})
    first = StudioPlanItem.objects.order_by("pk").first()
    world("district", "studioplanitem:done", first.pk, data={"done_on": "2026-09-30", "done_note": "两门上线"})
    case = {"kind": "CASE", "title": "某路段占道处置", "on": "2026-06-01", "is_public": "on"}
    world("district", "instructorstudio:output", studio.pk, data=case)
    pair = make_assessed(districts["PD-02"], mentor=member.officer)
    taught = {"kind": "APPRENTICE", "title": "带教出徒一名", "on": "2026-11-01"}
    assert world("district", "instructorstudio:output", studio.pk, data=taught).status_code == 200
    world("city", "mentorship:complete", pair.pk, data={})
    linked = world("district", "instructorstudio:output", studio.pk, data=taught | {"mentorship": pair.pk})
    assert linked.status_code == 302, linked.context["form"].errors


def test_a_studio_is_reviewed(world, cast, districts, client):
    with time_machine.travel("2026-12-01T02:00:00Z"):
        studio = set_up(world, districts)
        fill_year(world, studio, districts)
        board = world("city", "studios_console:board").context
        assert (board["actual"], board["target"], board["planned"], board["done"]) == (1, 5, 2, 1)

        world("city", "instructorstudio:review", studio.pk, data={"year": 2026})
        review = StudioReview.objects.get()
        assert refusals(world("city", "instructorstudio:review", studio.pk, data={"year": 2026})) == {"already_open"}
        world("base", "studios_console:score", review.pk, data=answers(22, 20, 12, 16, 11))
        shown = world("hr", "studioreview:inspect", review.pk)
        assert (shown.context["sheets"], shown.context["mean"]) == ([], None)
        assert "材料齐全" not in shown.content.decode()
        assert refusals(world("base", "studios_console:score", review.pk, data=answers(1, 1, 1, 1, 1))) == {
            "already_scored"
        }
        early = {"decision": "KEPT", "note": ""}
        assert refusals(world("city", "studioreview:decide", review.pk, data=early)) == {"sheets_missing"}
        assert world("hr", "studios_console:score", review.pk, data=answers(26, 0, 0, 0, 0)).status_code == 200
        world("hr", "studios_console:score", review.pk, data=answers(15, 12, 10, 12, 10))
        assert refusals(world("second", "studios_console:score", review.pk, data=answers(9, 9, 9, 9, 9))) == {
            "enough_reviewers"
        }
        page = world("city", "studioreview:inspect", review.pk).context
        assert [one.total for one in page["sheets"]] == [Decimal(81), Decimal(59)]
        assert (page["mean"], page["is_apart"]) == (Decimal(70), True)

        assert refusals(world("city", "studioreview:decide", review.pk, data=early)) == {"no_reason"}
        world("city", "studioreview:decide", review.pk, data={"decision": "KEPT", "note": "计划外任务较多，予以认可"})
        studio.refresh_from_db()
        assert studio.state == "REVIEWED"

        client.logout()
        page = client.get(reverse("studios:one", args=[studio.pk])).content.decode()
        assert "领衔人甲" in page
        assert "成员乙" not in page
        assert "某路段占道处置" in page
        assert "带教出徒一名" not in page

        world("city", "instructorstudio:dissolve", studio.pk, data={"reason": "领衔人调离"})
        client.logout()
        assert client.get(reverse("studios:one", args=[studio.pk])).status_code == 404
        assert studio.members.filter(until_on=date(2026, 12, 1)).count() == 1
        assert world("city", "studios_console:board").context["actual"] == 0


def test_below_the_mark_it_is_not_kept(world, cast, districts):
    with time_machine.travel("2026-12-01T02:00:00Z"):
        studio = set_up(world, districts)
        world("city", "instructorstudio:review", studio.pk, data={"year": 2026})
        review = StudioReview.objects.get()
        for who in ("base", "hr"):
            world(who, "studios_console:score", review.pk, data=answers(15, 15, 10, 15, 10))
        kept, rectify = {"decision": "KEPT", "note": "再看一年"}, {"decision": "RECTIFY", "note": "三个月内补齐案例"}
        assert refusals(world("city", "studioreview:decide", review.pk, data=kept)) == {"below_pass"}
        world("city", "studioreview:decide", review.pk, data=rectify)
        studio.refresh_from_db()
        assert studio.state == "ACTIVE"
        assert refusals(world("city", "studioreview:decide", review.pk, data=rectify)) == {"decided"}
