import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from exams.papers.models import Blueprint, BlueprintCell
from exams.papers.services.blueprints import new_version, save_blueprint, standings
from exams.papers.services.sealing import approve_blueprint
from tests import factory
from tests.exams.papers.factory import make_bank, make_blueprint, make_question

pytestmark = pytest.mark.django_db


def refusal_of(act, *arguments, **named):
    with pytest.raises(ValidationError) as refusal:
        act(*arguments, **named)
    return refusal.value.code


@pytest.fixture
def bank(districts):
    bank = make_bank(districts["PD"])
    for difficulty in (1, 1, 2):
        make_question(bank, difficulty=difficulty)
    return bank


@pytest.fixture
def admin(settings, access, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff("EXAM_ADMIN", districts["PD"])
    client.force_login(user)
    return user


def form_of(bank, *rows, **about):
    data = {"code": "Q1", "name": "资格考试", "unit": bank.unit_id, "banks": [bank.pk], "partial": "strict",
            "per_option": "0", "cells-TOTAL_FORMS": len(rows), "cells-INITIAL_FORMS": 0}  # fmt: skip
    for place, (kind, count, marks) in enumerate(rows):
        data |= {f"cells-{place}-type": kind, f"cells-{place}-count": count, f"cells-{place}-marks": marks}
    return data | about


def test_what_the_bank_lacks_is_counted_over_all_cells(bank):
    cells = [
        BlueprintCell(type="single", difficulty=1, count=2, marks=1),
        BlueprintCell(type="single", count=2, marks=1),
    ]
    first, second = standings(cells, [bank])
    assert (first.available, first.missing) == (2, 0)
    assert (second.available, second.missing) == (3, 1)


def test_refusals(bank):
    actor, cell = factory.make_user(), BlueprintCell(type="single", count=1, marks=1)
    fresh = lambda: Blueprint(code="N1", name="方案", unit=bank.unit)  # noqa: E731
    practice = make_bank(bank.unit, "drill", is_for_practice=True)
    many = BlueprintCell(type="single", count=301, marks=1)
    assert refusal_of(save_blueprint, fresh(), [], [bank], actor=actor) == "empty"
    assert refusal_of(save_blueprint, fresh(), [cell], [], actor=actor) == "no_bank"
    assert refusal_of(save_blueprint, fresh(), [many], [bank], actor=actor) == "too_many"
    assert refusal_of(save_blueprint, fresh(), [cell], [practice], actor=actor) == "practice_bank"
    made = save_blueprint(fresh(), [cell], [bank], actor=actor)
    assert refusal_of(save_blueprint, fresh(), [cell], [bank], actor=actor) == "code_taken"
    assert refusal_of(approve_blueprint, made, actor=actor) == "same_person"
    approve_blueprint(made, actor=factory.make_user())
    assert refusal_of(save_blueprint, made, [cell], [bank], actor=actor) == "approved"


def test_an_approved_one_changes_by_a_new_version(bank):
    first = make_blueprint(bank, ("single", 2, 3))
    second = new_version(first, actor=factory.make_user())
    assert (second.number, second.is_checked, list(second.banks.all())) == (2, False, [bank])
    assert [(cell.type, cell.count, cell.marks) for cell in second.cells.all()] == [("single", 2, 3)]
    assert refusal_of(new_version, first, actor=factory.make_user()) == "open_draft"


def test_written_as_a_table_and_written_anew(bank, admin, client):
    page = client.post(reverse("blueprint:create"), form_of(bank, ("single", 2, 1.5), ("", "", "")))
    blueprint = Blueprint.objects.get()
    assert page.url == reverse("blueprint:inspect", args=[blueprint.pk])
    assert [(cell.type, cell.count, cell.marks) for cell in blueprint.cells.all()] == [("single", 2, 1.5)]
    amend = reverse("blueprint:amend", args=[blueprint.pk])
    shown = client.get(amend).content.decode()
    assert 'value="1.5"' in shown
    client.post(amend, form_of(bank, ("", "", ""), ("single", 1, 2), ("single", 1, 4)))
    assert [(cell.order, cell.marks) for cell in blueprint.cells.all()] == [(1, 2), (2, 4)]
    page = client.post(amend, form_of(bank, ("single", "", 2)))
    assert page.status_code == 200
    assert page.context["rows"].forms[0].errors.keys() == {"count"}


def test_held_against_the_bank_while_it_is_written(bank, admin, client):
    found = client.post(reverse("blueprint:check"), form_of(bank, ("single", 5, 2), ("multiple", "", 1))).json()
    assert found == {
        "rows": {"cells-0": {"available": 3, "missing": 2, "total": "10"}}, "questions": 5, "marks": "10"
    }  # fmt: skip


def test_banks_of_others_are_neither_offered_nor_counted(bank, admin, districts, client):
    theirs = make_bank(districts["XH"], "theirs")
    make_question(theirs)
    page = client.post(reverse("blueprint:create"), form_of(bank, ("single", 1, 1), banks=[theirs.pk]))
    assert page.context["form"].errors.keys() == {"banks"}
    found = client.post(reverse("blueprint:check"), form_of(bank, ("single", 1, 1), banks=[theirs.pk])).json()
    assert found["rows"]["cells-0"]["available"] == 0
    assert client.get(reverse("blueprint:amend", args=[make_blueprint(theirs, code="X").pk])).status_code == 404


def test_an_approved_one_has_no_form(bank, admin, client):
    blueprint = make_blueprint(bank, ("single", 1, 1))
    page = client.get(reverse("blueprint:amend", args=[blueprint.pk]))
    assert "cells-TOTAL_FORMS" not in page.content.decode()
    client.post(reverse("blueprint:amend", args=[blueprint.pk]), form_of(bank, ("single", 3, 1)))
    assert blueprint.cells.get().count == 1


def test_approved_in_the_console_by_another(bank, admin, client):
    blueprint = make_blueprint(bank, ("single", 1, 1), is_approved=False)
    address = reverse("blueprint:approve", args=[blueprint.pk])
    client.post(address)
    assert not Blueprint.objects.get().is_checked
    client.force_login(factory.make_staff("CHIEF_EXAMINER", bank.unit))
    client.post(address)
    assert Blueprint.objects.get().is_checked
    assert client.get(reverse("blueprint:create")).status_code in (302, 403)
