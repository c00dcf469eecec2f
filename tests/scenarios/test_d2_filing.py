"""D2, filing: the city's plan of 25 classes, a meeting among them, and 16 districts of which one is sent back."""

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from courses.training.models import PlanChange, PlanItem, TrainingPlan
from tests import factory
from tests.courses.training.factory import make_class
from tests.courses.training.plans import MODULES, make_office

pytestmark = pytest.mark.django_db
LACKING = "D07"
MISSING = "INTEGRITY"


@pytest.fixture
def cast(settings, access, rules, city):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    districts = [factory.make_district(city, f"D{number:02d}") for number in range(1, 17)]
    return {unit: make_office(unit) for unit in [city, *districts]}


class Desk:
    """Somebody at the console."""

    def __init__(self, client, user):
        self.client, self.user = client, user

    def __enter__(self):
        self.client.force_login(self.user)
        return self

    def __exit__(self, *failure):
        self.client.logout()

    def begin(self, unit, **fields):
        self.client.post(
            reverse("trainingplan:add"), {"unit": unit.pk, "span": "YEAR", "year": 2026, "title": "", **fields}
        )
        return TrainingPlan.objects.get(unit=unit)

    def write(self, plan, *lines, initial=0):
        data = {"items-TOTAL_FORMS": len(lines), "items-INITIAL_FORMS": initial, "done": "1"}
        for number, line in enumerate(lines):
            filled = {"event_type": "TRAINING", "kind": "IN_SERVICE", "layer": "UNIT", "audience": "执法人员", **line}
            data |= {f"items-{number}-{name}": value for name, value in filled.items()}
        return self.client.post(reverse("training_plans:items", args=[plan.pk]), data)

    def step(self, plan, name, **fields):
        self.client.post(reverse(f"trainingplan:{name}", args=[plan.pk]), fields)
        plan.refresh_from_db()
        return plan.state

    def page(self, plan):
        return self.client.get(reverse("trainingplan:inspect", args=[plan.pk])).context


def city_lines():
    return (
        {"title": "执法业务骨干班", "classes": 20, "seats": 90, "days": 3, "hours": 24, "modules": MODULES},
        {"title": "一线人员轮训班", "classes": 5, "seats": 100, "days": 5, "hours": 40},
        {"title": "全系统培训工作推进会", "classes": 1, "seats": 120, "days": 1, "hours": 0},
    )


def sums(context):
    found = context["training"]
    return found.classes, found.attendances, found.person_days


def test_city_plan_and_the_meeting_in_it(client, cast, city):
    with Desk(client, cast[city].maker) as maker:
        plan = maker.begin(city)
        maker.write(plan, *city_lines())
        assert sums(maker.page(plan)) == (26, 2420, 8020)
        assert [(one.code, one.number) for one in maker.page(plan)["findings"]] == [("meeting", 3)]
    with Desk(client, cast[city].second) as second:
        assert second.step(plan, "approve") == "DRAFT"
    meeting = plan.items.get(number=3)
    with Desk(client, cast[city].maker) as maker:
        client.post(reverse("training_plans:retype", args=[plan.pk, meeting.pk]))
        page = maker.page(plan)
        assert sums(page) == (25, 2300, 7900)
        assert (page["meeting"].attendances, page["findings"]) == (120, [])
    with Desk(client, cast[city].second) as second:
        assert [second.step(plan, name) for name in ("approve", "file", "accept")] == ["APPROVED", "FILED", "ACCEPTED"]
    retyped = plan.changes.get(action="retype")
    assert (retyped.by, retyped.item_number, retyped.changed["event_type"]) == (cast[city].maker, 3, ["培训", "会议"])
    assert_no_credit(PlanItem.objects.get(pk=meeting.pk))


def assert_no_credit(meeting):
    """Neither hours on the line, nor a class of another type, nor a posting of its class."""
    unit = meeting.plan.unit
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanItem.objects.filter(pk=meeting.pk).update(hours=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_class(unit, plan_item=meeting, event_type="TRAINING")
    held = make_class(unit, plan_item=meeting, event_type="MEETING")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(held).objects.filter(pk=held.pk).update(posted_at="2026-04-01T00:00Z")


def test_sixteen_districts_file_and_one_is_sent_back(client, cast, city):
    districts = [unit for unit in cast if unit != city]
    plans = {unit.code: file_plan(client, unit, cast[unit]) for unit in districts}
    assert set(TrainingPlan.objects.values_list("state", flat=True)) == {"FILED"}
    with Desk(client, cast[city].maker) as office:
        decide_all(office, plans)
        board = client.get(f"{reverse('training_plans:board')}?year=2026").context["board"]
        assert (board.parts[0].filed, board.parts[0].accepted) == (15, 15)
    again(client, plans[LACKING], cast[plans[LACKING].unit])
    with Desk(client, cast[city].second) as office:
        assert office.step(plans[LACKING], "accept") == "ACCEPTED"
        check_report(client, cast, plans)


def file_plan(client, unit, office):
    modules = [code for code in MODULES if code != MISSING] if unit.code == LACKING else MODULES
    with Desk(client, office.maker) as maker:
        plan = maker.begin(unit)
        maker.write(plan, {"title": "全员轮训", "classes": 4, "seats": 60, "days": 2, "hours": 16, "modules": modules})
    with Desk(client, office.second) as second:
        assert second.step(plan, "approve") == "APPROVED"
        if unit.code == LACKING:
            assert second.step(plan, "file") == "APPROVED"
        assert second.step(plan, "file", reason="拟与纪检部门合办" if unit.code == LACKING else "") == "FILED"
    return plan


def decide_all(office, plans):
    for code, plan in plans.items():
        if code != LACKING:
            assert office.step(plan, "accept") == "ACCEPTED"
    lacking = plans[LACKING]
    assert [one.code for one in office.page(lacking)["findings"]] == ["module"]
    assert office.step(lacking, "accept") == "FILED"
    assert office.step(lacking, "return", reason="缺少必修模块“廉政警示教育（年度）”") == "RETURNED"


def again(client, plan, office):
    line = plan.items.get()
    with Desk(client, office.maker) as maker:
        fields = {"title": line.title, "classes": 4, "seats": 60, "days": 2, "hours": 16, "modules": MODULES}
        maker.write(plan, {"id": line.pk, **fields}, initial=1)
    with Desk(client, office.second) as second:
        assert [second.step(plan, name) for name in ("approve", "file")] == ["APPROVED", "FILED"]


def check_report(client, cast, plans):
    url = f"{reverse('training_plans:board')}?year=2026"
    (part,) = client.get(url).context["board"].parts
    assert (part.filed, part.accepted, len(part.places)) == (16, 16, 16)
    content = client.get(f"{reverse('training_plans:board_export')}?year=2026").content
    headings, *rows = load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    told = {row[0]: dict(zip(headings, row, strict=True)) for row in rows}
    assert len(told) == 16
    assert all(row["报备时间"] and row["办理时间"] and row["编制人"] and row["审核人"] for row in told.values())
    assert (told[LACKING]["退回次数"], told["D01"]["退回次数"]) == (1, 0)
    assert "廉政警示教育" in told[LACKING]["最近退回理由"]
    lacking = plans[LACKING]
    office, actors = cast[lacking.unit], dict(lacking.changes.values_list("action", "by"))
    steps = list(lacking.changes.order_by("id").values_list("action", flat=True))
    assert steps == ["create", "add_item", "approve", "file", "return", "edit_item", "approve", "file", "accept"]
    assert (actors["create"], actors["approve"]) == (office.maker.pk, office.second.pk)
    listed = client.get(reverse("planchange:index"), {"plan": lacking.pk}).context["object_list"]
    assert len(listed) == len(steps)
    assert PlanChange.objects.filter(by=None).count() == 0
