"""A plan's lines, what is found in them, and its way through two offices."""

from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.training.models import EventType, PlanItem, TrainingPlan
from courses.training.planning import Criteria, findings, totals
from courses.training.services import filing
from courses.training.services.plan_checks import check_plan, late_to_decide
from courses.training.services.plan_items import change_item, import_items, retype_to_meeting, save_items
from courses.training.services.plans import create_plan, edit_plan
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.courses.training.plans import MODULES, make_filed, make_item, make_office, make_plan

SHANGHAI = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db


def refused(code, service, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        service(*args, **kwargs)
    assert code in {error.code for error in caught.value.error_list}


def line(**fields):
    fields = {"number": 1, "title": "执法业务培训", "event_type": "TRAINING", "kind": "IN_SERVICE", "classes": 1, "seats": 10,
              "days": Decimal(2), "hours": Decimal(8), "modules": [], "note": "", **fields}  # fmt: skip
    return SimpleNamespace(attendances=fields["classes"] * fields["seats"], **fields)


def codes(items, **criteria):
    return [(one.code, one.blocks) for one in findings(items, Criteria(**criteria))]


def test_sums_leave_meetings_out():
    rows = [line(classes=20, seats=90, days=Decimal(3)), line(classes=5, seats=100, days=Decimal(5))]
    rows.append(line(event_type="MEETING", seats=120, days=Decimal(1)))
    assert totals(rows) == (totals(rows[:2]))
    assert (totals(rows).classes, totals(rows).attendances, totals(rows).person_days) == (25, 2300, 7900)
    assert totals(rows, "MEETING").attendances == 120


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "全系统培训工作推进会", "hours": Decimal(0)}, [("meeting", True)]),
        ({"hours": Decimal(0)}, [("no_hours", True)]),
        ({"title": "工作推进会精神专题培训"}, [("meeting_word", True)]),
        ({"title": "工作推进会精神专题培训", "note": "讲解推进会部署的新规"}, [("meeting_word", False)]),
        ({"title": "推进会", "event_type": "MEETING", "hours": Decimal(0)}, []),
        ({}, []),
    ],
)
def test_meetings_dressed_as_training(fields, expected):
    assert codes([line(**fields)], words=("推进会",)) == expected


def test_modules_missing_from_the_plan_and_from_a_kind():
    rows = [line(modules=["A"]), line(number=2, kind="NEW_ENTRANT")]
    assert codes(rows, modules={"A": "甲", "B": "乙"}, every_kind=("A", "甲")) == [
        ("module", True),
        ("module_of_kind", False),
    ]
    assert codes(rows[1:], every_kind=("A", "甲")) == [("module_of_kind", False)]
    assert codes(rows[1:], modules={"A": "甲"}, every_kind=("A", "甲")) == [("module", True)]
    assert codes([]) == [("empty", True)]
    # A meeting carries nothing.
    assert codes([line(modules=["A"], event_type="SEMINAR")], modules={"A": "甲"}) == [("module", True)]


@pytest.fixture
def offices(access, rules, city, districts):
    units = {"SJ": city, **districts}
    return {code: make_office(units[code]) for code in ("SJ", "PD", "XH")}


@pytest.fixture
def plan(offices, districts):
    return create_plan(TrainingPlan(unit=districts["PD"], year=2026), actor=offices["PD"].maker)


def item_of(plan, **fields):
    fields = {"title": "执法业务培训", "audience": "一线执法人员", "seats": 40, "days": Decimal(2), "hours": Decimal(16),
              "modules": list(MODULES), **fields}  # fmt: skip
    return PlanItem(plan=plan, **fields)


def actions(plan):
    return list(plan.changes.order_by("id").values_list("action", flat=True))


def test_whole_way(offices, plan, city):
    pd, sj = offices["PD"], offices["SJ"]
    save_items(plan, [item_of(plan)], actor=pd.maker)
    refused("same_person", filing.approve_plan, plan, actor=pd.maker)
    filing.approve_plan(plan, actor=pd.second)
    refused("not_editable", save_items, plan, [item_of(plan)], actor=pd.maker)
    filing.file_plan(plan, actor=pd.maker)
    assert Delivery.objects.filter(user=sj.maker).count() == 1
    refused("not_yours", filing.accept_plan, plan, actor=pd.second)
    returned = filing.return_plan(plan, actor=sj.maker, reason="请补充实训内容")
    assert (returned.state, returned.returns) == ("RETURNED", 1)
    filing.approve_plan(plan, actor=pd.second)
    filing.file_plan(plan, actor=pd.maker)
    accepted = filing.accept_plan(plan, actor=sj.second)
    assert (accepted.state, accepted.return_reason, accepted.decided_by) == ("ACCEPTED", "", sj.second)
    assert filing.close_plan(plan, actor=pd.maker, reason="年度已结束").state == "CLOSED"
    steps = ["approve", "file", "return", "approve", "file", "accept", "close"]
    assert actions(plan) == ["create", "add_item", *steps]


def test_only_who_is_above_decides_and_only_the_owner_compiles(offices, districts, city):
    filed = make_filed(districts["PD"], offices["PD"])
    for stranger in (offices["XH"].maker, offices["PD"].second):
        refused("not_yours", filing.accept_plan, filed, actor=stranger)
    refused("not_yours", create_plan, TrainingPlan(unit=districts["XH"], year=2026), actor=offices["PD"].maker)
    refused("not_yours", create_plan, TrainingPlan(unit=districts["XH"], year=2026), actor=offices["SJ"].maker)
    draft = make_plan(districts["XH"], made_by=offices["XH"].maker)
    make_item(draft, modules=MODULES)
    refused("not_yours", filing.approve_plan, draft, actor=offices["SJ"].maker)
    clerk = factory.make_staff(Role.TEAM_CLERK, districts["PD-01"])
    team = create_plan(TrainingPlan(unit=districts["PD-01"], year=2026), actor=clerk)
    save_items(team, [item_of(team, modules=[], layer="TEAM")], actor=clerk)
    filing.approve_plan(team, actor=offices["PD"].second)
    filing.file_plan(team, actor=clerk)
    refused("not_yours", filing.accept_plan, team, actor=clerk)
    assert filing.accept_plan(team, actor=offices["PD"].maker).state == "ACCEPTED"


def test_the_citys_own_plan_needs_a_second_person(offices, city):
    office = offices["SJ"]
    filed = make_filed(city, office, modules=[])
    refused("same_person", filing.accept_plan, filed, actor=office.maker)
    assert filing.accept_plan(filed, actor=office.second).state == "ACCEPTED"


def test_two_persons_are_held_by_the_database(plan, offices):
    for column in ("approved_by", "decided_by"):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingPlan.objects.filter(pk=plan.pk).update(**{column: offices["PD"].maker})


def test_a_missing_module_is_accounted_for_and_never_accepted(offices, districts, plan):
    pd = offices["PD"]
    save_items(plan, [item_of(plan, modules=[code for code in MODULES if code != "INTEGRITY"])], actor=pd.maker)
    filing.approve_plan(plan, actor=pd.second)
    refused("modules_missing", filing.file_plan, plan, actor=pd.maker)
    filing.file_plan(plan, actor=pd.maker, reason="拟由纪检部门另行组织")
    refused("findings", filing.accept_plan, plan, actor=offices["SJ"].maker)


def test_meeting_is_retyped_with_its_hours_and_modules(offices, plan):
    pd = offices["PD"]
    save_items(
        plan, [item_of(plan), item_of(plan, title="工作推进会", hours=Decimal(0), modules=["CASES"])], actor=pd.maker
    )
    assert [one.code for one in check_plan(plan)] == ["meeting"]
    refused("findings", filing.approve_plan, plan, actor=pd.second)
    meeting = retype_to_meeting(plan.items.get(number=2), actor=pd.maker)
    assert (meeting.event_type, meeting.hours, meeting.modules) == ("MEETING", 0, [])
    last = plan.changes.first()
    assert (last.action, last.item_number, last.changed["event_type"]) == ("retype", 2, ["培训", "会议"])
    refused("already_meeting", retype_to_meeting, meeting, actor=pd.maker)
    filing.approve_plan(plan, actor=pd.second)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanItem.objects.filter(pk=meeting.pk).update(hours=4)


def test_whoever_wrote_last_compiled_it(offices, plan):
    pd = offices["PD"]
    save_items(plan, [item_of(plan)], actor=pd.second)
    refused("same_person", filing.approve_plan, plan, actor=pd.second)
    assert filing.approve_plan(plan, actor=pd.maker).approved_by == pd.maker


def test_numbers_stay_when_a_line_goes(offices, plan):
    maker = offices["PD"].maker
    save_items(plan, [item_of(plan), item_of(plan, title="乙"), item_of(plan, title="丙")], actor=maker)
    save_items(plan, [], [plan.items.get(number=2)], actor=maker)
    save_items(plan, [item_of(plan, title="丁")], actor=maker)
    assert list(plan.items.values_list("number", "title")) == [(1, "执法业务培训"), (3, "丙"), (4, "丁")]
    edited = plan.items.get(number=3)
    edited.seats = 50
    save_items(plan, [edited], actor=maker)
    assert plan.changes.first().changed == {"seats": ["40", "50"]}


def test_change_after_acceptance(offices, districts):
    pd, sj = offices["PD"], offices["SJ"]
    plan = make_filed(districts["PD"], pd)
    filing.accept_plan(plan, actor=sj.maker)
    item = plan.items.get()
    refused("unchanged", change_item, item, actor=pd.maker, reason="无")
    item.seats = 60
    change_item(item, actor=pd.maker, reason="新录用人数增加")
    last = plan.changes.first()
    assert (last.action, last.reason, last.changed) == ("change", "新录用人数增加", {"seats": ["40", "60"]})
    assert Delivery.objects.filter(user=sj.second, notice__title__contains="变更").exists()
    item.modules = []
    refused("findings", change_item, item, actor=pd.maker, reason="删去")
    refused("not_yours", change_item, item, actor=sj.maker, reason="代改")
    added = change_item(item_of(plan, title="新增班"), actor=pd.maker, reason="增补")
    assert added.number == 2


def test_items_of_the_plan_above_are_carried_out(offices, districts, city):
    upper = make_plan(city, made_by=offices["SJ"].maker, state="ACCEPTED")
    theirs, foreign = make_item(upper), make_item(make_plan(districts["XH"]))
    plan = create_plan(TrainingPlan(unit=districts["PD"], year=2026, follows=upper), actor=offices["PD"].maker)
    refused("foreign_item", save_items, plan, [item_of(plan, follows=foreign)], actor=offices["PD"].maker)
    save_items(plan, [item_of(plan, follows=theirs)], actor=offices["PD"].maker)
    TrainingPlan.objects.filter(pk=upper.pk).update(state="RETURNED")
    refused("item_in_use", save_items, upper, [], [theirs], actor=offices["SJ"].maker)
    plan.follows = plan
    refused("follows_not_above", edit_plan, plan, actor=offices["PD"].maker)


def test_what_can_be_followed(offices, districts, city):
    other_year = make_plan(city, year=2024)
    maker = offices["PD"].maker
    refused(
        "follows_other_year",
        create_plan,
        TrainingPlan(unit=districts["PD"], year=2026, follows=other_year),
        actor=maker,
    )
    three = make_plan(districts["PD"], year=2025, span="THREE_YEARS", title="三年")
    own = create_plan(TrainingPlan(unit=districts["PD"], year=2026, follows=three), actor=maker)
    assert own.title == "PD2026年教育培训计划"


def test_last_years_plan_as_a_start(offices, districts):
    maker = offices["PD"].maker
    plan = TrainingPlan(unit=districts["PD"], year=2026)
    refused("nothing_to_copy", create_plan, plan, actor=maker, copies_last=True)
    make_item(make_plan(districts["PD"], year=2025, title="去年"), modules=["INTEGRITY", "GONE"])
    plan = create_plan(TrainingPlan(unit=districts["PD"], year=2026), actor=maker, copies_last=True)
    assert plan.items.get().modules == ["INTEGRITY"]
    assert actions(plan) == ["create", "copy"]


def test_imported_lines_come_after_the_others(offices, plan):
    save_items(plan, [item_of(plan)], actor=offices["PD"].maker)
    import_items(plan, [item_of(plan), item_of(plan)], actor=offices["PD"].maker, filename="a.xlsx")
    assert list(plan.items.values_list("number", flat=True)) == [1, 2, 3]


def test_a_line_with_classes_keeps_its_type(offices, plan):
    maker = offices["PD"].maker
    save_items(plan, [item_of(plan, title="推进会", hours=Decimal(0))], actor=maker)
    item = plan.items.get()
    item.training_classes.create(
        title="班", unit=plan.unit, capacity=1, starts_on="2026-03-02", ends_on="2026-03-02", made_by=maker,
        event_type=EventType.TRAINING,
    )  # fmt: skip
    refused("has_classes", retype_to_meeting, item, actor=maker)
    refused("item_in_use", save_items, plan, [], [item], actor=maker)


def test_late_to_decide():
    filed_at = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    for day, is_late in ((16, False), (17, True)):
        with time_machine.travel(datetime(2026, 3, day, 9, tzinfo=SHANGHAI), tick=False):
            assert late_to_decide(filed_at, 10) is is_late
