"""What the bank covers of items and syllabus, as each person sees it."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from courses.catalogue.models import ItemCode, SyllabusNode, Topic
from exams.bank.views.coverage import cells, lines
from lms.people.access import Role
from tests import factory
from tests.exams.papers.factory import make_bank, make_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def setter(settings, access, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff(Role.EXAM_SETTER, districts["PD"])
    topic = Topic.objects.create(code="law", name="法律")
    items = [ItemCode.objects.create(code=f"S{n}", name=f"事项{n}", domain="市容") for n in (1, 2, 3)]
    SyllabusNode.objects.create(edition="2026", level="BASIC", title="基础法律", topic=topic)
    SyllabusNode.objects.create(edition="2026", level="ADVANCED", title="高级法律", topic=topic)
    ours, theirs = make_bank(districts["PD"]), make_bank(districts["XH"], "xh")
    for bank, item, state in ((ours, 0, "ACTIVE"), (ours, 0, "ACTIVE"), (ours, 1, "DRAFT"), (theirs, 2, "ACTIVE")):
        make_question(bank, state=state, topic=topic).item_codes.add(items[item])
    return user


def test_counts_of_what_the_user_sees(setter):
    assert [(cell.code, cell.active, cell.total, cell.shade) for cell in cells(setter)] == [
        ("S1", 2, 2, "h2"), ("S2", 0, 1, "none"), ("S3", 0, 0, "none"),
    ]  # fmt: skip
    assert {node.title: numbers for node, *numbers in lines(setter)} == {"基础法律": [2, 3], "高级法律": [0, 0]}


def test_page_and_export_say_the_same(setter, client):
    client.force_login(setter)
    page = client.get(reverse("bank_office:coverage"))
    assert (page.context["covered"], page.context["number"]) == (1, 3)
    assert [cell.code for cell in page.context["without"]] == ["S2", "S3"]
    book = load_workbook(BytesIO(client.get(reverse("bank_office:coverage_export")).content))
    rows = list(book.active.iter_rows(min_row=2, values_only=True))
    assert [row[4:] for row in rows if row[1] == "S1"] == [(2, 2)]
    assert len(rows) == 5
