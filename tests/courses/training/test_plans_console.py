"""Plans in the console: written in a table, imported, changed; and the board of who has filed."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from courses.training.models import PlanItem, SupervisionVisit, TrainingPlan
from courses.training.services import filing
from courses.training.viewsets.plans import TrainingPlanViewSet
from lms.notices.models import Delivery
from lms.people.access import Role
from lms.sheets.export import write_xlsx
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment, make_session
from tests.courses.training.plans import MODULES, make_filed, make_item, make_office, make_plan

pytestmark = pytest.mark.django_db
HEADINGS = ["项目", "对象", "期数", "每期人数", "每期天数", "每期课程学时", "活动类型", "季度", "必修模块"]


@pytest.fixture
def office(settings, access, rules, city, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    office = make_office(districts["PD"])
    client.force_login(office.maker)
    return office


@pytest.fixture
def plan(office, districts):
    return make_plan(districts["PD"], made_by=office.maker)


def page(name, *args):
    return reverse(f"training_plans:{name}", args=args)


def plan_page(plan):
    return reverse("trainingplan:inspect", args=[plan.pk])


def rows_of(*rows, initial=0):
    data = {"items-TOTAL_FORMS": len(rows), "items-INITIAL_FORMS": initial, "done": "1"}
    for number, row in enumerate(rows):
        filled = {"event_type": "TRAINING", "kind": "IN_SERVICE", "layer": "UNIT", "audience": "一线", "classes": 1,
                  "seats": 40, "days": "2", "hours": "16", **row}  # fmt: skip
        data |= {f"items-{number}-{name}": value for name, value in filled.items()}
    return data


def test_a_plan_is_begun_in_the_console(client, office, districts):
    answer = client.post(
        reverse("trainingplan:add"), {"unit": districts["PD"].pk, "span": "YEAR", "year": 2027, "title": ""}
    )
    made = TrainingPlan.objects.get()
    assert answer.status_code == 302
    assert (made.unit, made.made_by, made.state) == (districts["PD"], office.maker, "DRAFT")
    twice = client.post(
        reverse("trainingplan:add"), {"unit": districts["PD"].pk, "span": "YEAR", "year": 2027, "title": "又"}
    )
    assert twice.status_code == 200
    assert twice.context["form"].errors


def test_lines_are_written_in_one_table(client, plan):
    url = page("items", plan.pk)
    assert client.get(url).status_code == 200
    answer = client.post(url, rows_of({"title": "甲班", "modules": MODULES}, {"title": "乙班", "quarter": 2}))
    assert answer.url == plan_page(plan)
    first, second = plan.items.all()
    assert (first.number, second.number, second.quarter, first.modules) == (1, 2, 2, MODULES)
    data = rows_of(
        {"id": first.pk, "title": "甲班", "seats": 50}, {"id": second.pk, "title": "乙班", "DELETE": "on"}, initial=2
    )
    client.post(url, data)
    assert list(plan.items.values_list("title", "seats")) == [("甲班", 50)]
    bad = client.post(url, rows_of({"title": "会", "event_type": "MEETING"}))
    assert bad.status_code == 422


def test_another_office_finds_nothing(client, plan, districts, city):
    line = make_item(plan)
    client.force_login(make_office(districts["XH"]).maker)
    for url in (page("items", plan.pk), page("change", plan.pk, line.pk), page("import", plan.pk), plan_page(plan)):
        assert client.get(url).status_code == 404
    assert client.post(page("retype", plan.pk, line.pk)).status_code == 404
    client.force_login(factory.make_staff(Role.AUDITOR, city))
    assert client.get(plan_page(plan)).status_code == 200
    assert client.post(page("retype", plan.pk, line.pk)).status_code in (302, 403)
    assert plan.items.get().event_type == "TRAINING"


def test_the_office_above_reads_but_does_not_write(client, plan, city):
    client.force_login(make_office(city).maker)
    assert client.get(page("items", plan.pk)).url == plan_page(plan)
    client.post(page("items", plan.pk), rows_of({"title": "代填"}))
    assert not plan.items.exists()


def test_page_of_a_plan_costs_the_same_with_more_lines(client, plan):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(plan_page(plan)).status_code == 200
        return len(queries)

    make_item(plan, modules=MODULES)
    cost()
    few = cost()
    for _ in range(10):
        make_item(plan)
    assert cost() == few
    assert few < 40


def test_execution_is_counted_from_who_came(client, plan, districts):
    line = make_item(plan, classes=2, seats=3)
    held, opened = (make_class(plan.unit, plan_item=line) for _ in range(2))
    cancelled = make_class(plan.unit, plan_item=line, state="CANCELLED")
    for row, states in ((held, ["PRESENT", "LATE", "ABSENT"]), (cancelled, ["PRESENT"]), (opened, ["ABSENT"])):
        session = make_session(row)
        for state in states:
            session.attendance.create(
                enrollment=make_enrollment(row, factory.make_officer(districts["PD-01"])), state=state,
                method="ROLL_CALL", by=plan.made_by, signed_at=session.during.lower,
            )  # fmt: skip
    make_enrollment(opened, factory.make_officer(districts["PD-01"]))
    context = client.get(plan_page(plan)).context
    (shown,), done = context["items"], context["done"]
    assert (shown.opened, shown.held, shown.attended) == (2, 1, 2)
    assert (done.held, done.classes, done.attended, done.seats) == (1, 2, 2, 6)
    assert (round(done.held_share), round(done.attended_share)) == (50, 33)


def test_upper_line_shows_who_carries_it_out(client, office, city, districts):
    upper = make_plan(city, state="ACCEPTED", title="全市计划")
    line = make_item(upper, classes=2, seats=50)
    own = make_plan(districts["PD"], made_by=office.maker, follows=upper, state="FILED")
    make_item(own, follows=line, seats=40)
    client.force_login(make_office(city).maker)
    (shown,) = client.get(plan_page(upper)).context["items"]
    assert ([row.plan for row in shown.carried], shown.carried_seats, round(shown.carried_share)) == ([own], 40, 40)
    client.force_login(make_office(districts["XH"]).maker)
    (shown,) = client.get(plan_page(upper)).context["items"]
    assert shown.carried == []


def upload(client, plan, rows, headings=HEADINGS):
    file = SimpleUploadedFile("plan.xlsx", write_xlsx("计划项目", headings, rows))
    answer = client.post(page("import", plan.pk), {"file": file})
    return client.get(answer.url), answer.url


def test_import_lists_every_error_by_row_and_column(client, plan):
    good = ["甲班", "一线", "2", "40", "1.5", "12", "培训", "第2季度", "廉政警示教育（年度）、作风纪律与行为规范"]
    preview, _ = upload(client, plan, [good, ["", "一线", "很多", "40", "2", "", "聚餐", "5", "无此模块"]])
    assert {(one.row, one.column) for one in preview.context["problems"]} >= {
        (3, "项目"), (3, "期数"), (3, "活动类型"), (3, "季度"), (3, "必修模块")
    }  # fmt: skip
    assert not plan.items.exists()
    preview, url = upload(client, plan, [good])
    assert preview.context["training"].attendances == 80
    assert not plan.items.exists()
    client.post(f"{url}confirm/")
    item = plan.items.get()
    assert (item.title, item.quarter, item.hours, item.modules) == ("甲班", 2, 12, ["INTEGRITY", "CONDUCT"])
    assert client.post(f"{url}confirm/").status_code == 404


def test_template_has_every_heading(client, plan):
    content = client.get(page("template", plan.pk)).content
    headings = [cell.value for cell in load_workbook(BytesIO(content)).worksheets[0][1]]
    assert headings[:5] == ["项目", "对象", "期数", "每期人数", "每期天数"]
    assert "落实的上级项目" in headings


def test_change_after_acceptance_over_http(client, office, city, districts):
    plan = make_filed(districts["PD"], office)
    filing.accept_plan(plan, actor=make_office(city).maker)
    line = plan.items.get()
    url = page("change", plan.pk, line.pk)
    assert client.get(page("items", plan.pk)).url == plan_page(plan)
    data = {"title": line.title, "event_type": "TRAINING", "kind": "IN_SERVICE", "layer": "UNIT", "audience": "一线",
            "classes": 1, "seats": 60, "days": 2, "hours": 16, "modules": MODULES}  # fmt: skip
    assert client.post(url, data).status_code == 422
    assert client.post(url, data | {"reason": "人数增加"}).url == plan_page(plan)
    assert PlanItem.objects.get().seats == 60
    assert client.get(page("change_add", plan.pk)).status_code == 200


def test_board_counts_marks_and_reminds_once(client, office, city, districts):
    sj = make_office(city)
    filing.accept_plan(make_filed(districts["PD"], office), actor=sj.maker)
    xh = make_office(districts["XH"])
    client.force_login(sj.maker)
    url = f"{page('board')}?year=2026"
    board = client.get(url).context["board"]
    (part,) = board.parts
    assert (part.filed, part.accepted, len(part.places), part.late) == (1, 1, 2, 1)
    assert client.get(f"{url}&state=LATE").context["shown"] == {districts["XH"].pk}
    for expected in (2, 2):
        client.post(f"{page('remind')}?year=2026")
        told = Delivery.objects.filter(once_key="training.plan_filing:YEAR:2026")
        assert (told.count(), set(told.values_list("user", flat=True))) == (expected, {xh.maker.pk, xh.second.pk})
    teams = client.get(f"{url}&unit=PD").context["board"]
    assert {place.unit.code for place in teams.places} == {"PD-01", "PD-02"}
    client.force_login(xh.maker)
    assert client.get(f"{url}&unit=PD").status_code == 404
    assert client.get(url).context["board"].top == districts["XH"]
    assert client.post(f"{page('remind')}?year=2026&unit=PD").status_code == 404


def test_board_costs_the_same_with_more_units(client, office, city):
    client.force_login(make_office(city).maker)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{page('board')}?year=2026").status_code == 200
        return len(queries)

    cost()
    few = cost()
    for number in range(9):
        make_plan(factory.make_district(city, f"D{number}"), state="FILED", filed_at="2026-03-03T10:00Z")
    assert cost() == few


def test_a_year_without_rules_says_so(client, office):
    assert client.get(f"{page('board')}?year=2001").templates[0].name == "training/plan_board_norule.html"


def test_export_is_what_is_shown(client, office, city, districts):
    filing.return_plan(make_filed(districts["PD"], office), actor=make_office(city).maker, reason="请补充")
    client.force_login(make_office(city).maker)
    content = client.get(f"{page('board_export')}?year=2026&state=RETURNED").content
    rows = list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["单位", "PD"]
    assert (rows[1][12], rows[1][13]) == (1, "请补充")


def test_visit_is_recorded_put_right_and_closed(client, office, city, districts):
    plan = make_filed(districts["PD"], office)
    sj = make_office(city)
    data = {"plan": plan.pk, "visited_on": "2026-06-10", "visitors": "督导组", "findings": "进度慢",
            "rectification": "补办两期", "due_on": "2026-07-10"}  # fmt: skip
    refused = client.post(reverse("supervisionvisit:add"), data)
    assert refused.status_code == 200
    assert not SupervisionVisit.objects.exists()
    client.force_login(sj.maker)
    client.post(reverse("supervisionvisit:add"), data)
    visit = SupervisionVisit.objects.get()
    assert Delivery.objects.filter(user=office.maker, notice__title="收到督导记录").exists()
    listed = client.get(reverse("supervisionvisit:index"), {"standing": "overdue"}).context["object_list"]
    assert list(listed) == [visit]
    close, report = (reverse(f"supervisionvisit:{name}", args=[visit.pk]) for name in ("close", "report"))
    client.post(close)
    visit.refresh_from_db()
    assert visit.closed_at is None
    client.force_login(office.maker)
    client.post(report, {"result": "已补办"})
    client.post(close)
    visit.refresh_from_db()
    assert (visit.result, visit.closed_at) == ("已补办", None)
    client.force_login(sj.second)
    client.post(close)
    visit.refresh_from_db()
    assert visit.closed_at
    assert [change.action for change in plan.changes.all()[:3]] == ["close_visit", "rectify", "visit"]


def test_responsibility_of_three_tiers(client, office):
    tiers = client.get(page("responsibility")).context["tiers"]
    assert [tier["label"] for tier in tiers] == ["市局", "区局及市属执法单位", "中队"]
    assert all(tier["duties"] for tier in tiers)


def test_columns_of_a_list_are_not_wrapped_by_each_request(client, plan):
    """Columns belong to the viewset: what a request does to them would pile up until the process dies."""
    for _ in range(2):
        client.get(reverse("trainingplan:index"))
    assert not [column for column in TrainingPlanViewSet.list_display if "get_value" in vars_of(column)]


def vars_of(column) -> dict:
    return {} if isinstance(column, str) else vars(column)
