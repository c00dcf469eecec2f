"""From a round to the reviewers: who may do what, and what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from instructors.bases.forms import ChecklistForm
from instructors.bases.models import BaseChecklist, BaseReview, BaseRound
from instructors.bases.services.materials import add_material, remove_material
from instructors.bases.services.reviews import (
    accept_review,
    begin_review,
    edit_review,
    pass_review,
    return_review,
    submit_review,
)
from instructors.bases.services.rounds import approve_checklist, draft_checklist, open_round
from lms.people.access import Role
from lms.rules.models import RuleVersion
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.bases.factory import (
    PDF,
    TEXTS,
    make_checklist,
    make_material,
    make_review,
    make_reviewer,
    make_round,
    photo,
)

pytestmark = pytest.mark.django_db


def code_of(refused) -> str:
    return refused.value.error_list[0].code


@pytest.fixture
def people(access, rules, districts, city, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return {
        "clerk": factory.make_staff(Role.TEAM_CLERK, districts["PD-01"]),
        "office": factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]),
        "city": factory.make_staff(Role.CITY_OFFICE, city),
    }


def whole(review: BaseReview) -> BaseReview:
    review.trainers.add(make_instructor(review.unit))
    make_material(review)
    make_material(review, kind="DOCUMENT", content=PDF)
    return review


def test_a_round_takes_its_places_from_the_rule(people):
    today = timezone.localdate()
    row = BaseRound(year=2026, title="轮", opens_on=today, closes_on=today, places=None)
    assert open_round(row, actor=people["city"]).places == 2


def test_only_while_the_round_is_open_and_for_ones_own(people, districts):
    today = timezone.localdate()
    gone = make_round(opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=1))
    fields = {"name": "甲", "theme": "乙", "address": "丙", "seats": 9, **TEXTS}
    with pytest.raises(ValidationError) as refused:
        begin_review(BaseReview(round=gone, unit=districts["PD-01"], **fields), actor=people["clerk"])
    assert code_of(refused) == "round_closed"
    with pytest.raises(ValidationError) as refused:
        begin_review(BaseReview(round=make_round(), unit=districts["XH-01"], **fields), actor=people["clerk"])
    assert code_of(refused) == "out_of_scope"


def test_the_way(people, districts):
    make_checklist()
    review = make_review(districts["PD-01"], made_by=people["clerk"])
    with pytest.raises(ValidationError) as refused:
        submit_review(review, actor=people["clerk"])
    assert code_of(refused) == "incomplete"
    submit_review(whole(review), actor=people["office"])
    with pytest.raises(ValidationError) as refused:
        pass_review(review, actor=people["office"])
    assert code_of(refused) == "same_person"
    return_review(review, actor=people["office"], reason="照片不清")
    submit_review(review, actor=people["clerk"])
    pass_review(review, actor=people["office"])
    with pytest.raises(ValidationError) as refused:
        return_review(review, actor=people["office"], reason="再改")
    assert code_of(refused) == "not_yours"
    accept_review(review, actor=people["city"])
    review.refresh_from_db()
    assert review.state == "SCORING"
    assert review.checklist.number == 1
    with pytest.raises(ValidationError) as refused:
        edit_review(review, actor=people["clerk"])
    assert code_of(refused) == "wrong_state"


def test_no_checklist_no_scoring(people, districts):
    with pytest.raises(ValidationError) as refused:
        accept_review(make_review(districts["PD-01"], state="CITY"), actor=people["city"])
    assert code_of(refused) == "no_checklist"


def test_materials_are_what_they_say(people, districts):
    review, clerk = make_review(districts["PD-01"]), people["clerk"]
    made = add_material(review, photo(), actor=clerk, part="site", title="照片")
    assert (made.kind, bytes(made.content[:2])) == ("PHOTO", b"\xff\xd8")
    assert add_material(review, PDF, actor=clerk, part="site", title="预案").kind == "DOCUMENT"
    for data, code in ((b"MZ" + b"0" * 90, "not_a_picture"), (b"%PDF-1.4 broken", "unreadable")):
        with pytest.raises(ValidationError) as refused:
            add_material(review, data, actor=clerk, part="site", title="别的")
        assert code_of(refused) == code
    BaseReview.objects.filter(pk=review.pk).update(state="CITY")
    for change in (
        lambda: add_material(review, photo(), actor=clerk, part="site", title="晚"),
        lambda: remove_material(made, actor=clerk),
    ):
        with pytest.raises(ValidationError) as refused:
            change()
        assert code_of(refused) == "closed"


def test_material_pages(people, districts, client):
    review = make_review(districts["PD-01"])
    url = reverse("bases_console:add_material", args=[review.pk])
    client.force_login(people["clerk"])
    from_disk = {"part": "site", "title": "照片", "file": _file("a.jpg", photo())}
    assert client.post(url, from_disk).status_code == 302
    material = review.materials.get()
    seen = client.get(reverse("bases_console:material", args=[material.pk]))
    assert seen["Content-Type"] == "image/jpeg"
    assert seen["X-Content-Type-Options"] == "nosniff"
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]))
    assert client.post(url, {**from_disk, "file": _file("b.jpg", photo())}).status_code == 404
    assert client.get(reverse("bases_console:material", args=[material.pk])).status_code == 404
    client.force_login(make_reviewer(districts["XH-01"]))
    assert client.get(reverse("bases_console:material", args=[material.pk])).status_code == 404
    assert client.post(url).status_code in (302, 403)
    client.force_login(people["clerk"])
    assert client.post(reverse("bases_console:remove_material", args=[review.pk, material.pk])).status_code == 302
    assert not review.materials.exists()


def _file(name: str, data: bytes):
    return SimpleUploadedFile(name, data)


def test_an_application_by_its_pages(people, districts, client):
    make_checklist()
    row, trainer = make_round(), make_instructor(districts["PD-01"])
    client.force_login(people["clerk"])
    fields = {
        "round": row.pk, "unit": districts["PD-01"].pk, "name": "浦东基地", "theme": "扬尘", "address": "路1号", "seats": 40,
        "trainers": [trainer.pk], "use_note": "", **TEXTS,
    }  # fmt: skip
    assert client.post(reverse("basereview:add"), fields).status_code == 302
    review = BaseReview.objects.get()
    assert list(review.trainers.all()) == [trainer]
    assert review.made_by == people["clerk"]
    page = client.get(reverse("basereview:inspect", args=[review.pk])).content.decode()
    assert "还缺" in page
    changed = {name: value for name, value in fields.items() if name not in ("round", "unit")} | {"theme": "噪声"}
    assert client.post(reverse("basereview:edit", args=[review.pk]), changed).status_code == 302
    review.refresh_from_db()
    assert review.theme == "噪声"
    whole(review)
    assert client.post(reverse("basereview:submit", args=[review.pk])).status_code == 302
    assert client.post(reverse("basereview:pass", args=[review.pk])).status_code in (302, 403)
    review.refresh_from_db()
    assert review.state == "DISTRICT"


def test_the_weights_are_the_rules(people):
    lines = "主题与精品课程|主题|25\n师资|师资|20\n场地设施|场地|15\n管理与安全|安全|15\n使用|使用|15\n成效|成效|10"
    form = ChecklistForm({"lines": lines, "source_note": "修订"})
    assert form.is_valid(), form.errors
    row = draft_checklist(form.cleaned_data["lines"], "修订", actor=people["city"])
    with pytest.raises(ValidationError) as refused:
        approve_checklist(row, actor=people["city"])
    assert code_of(refused) == "same_person"
    approve_checklist(row, actor=people["office"])
    assert BaseChecklist.objects.in_use() == row
    wrong = ChecklistForm({"lines": lines.replace("25", "24"), "source_note": "x"})
    assert wrong.is_valid()
    with pytest.raises(ValidationError) as refused:
        draft_checklist(wrong.cleaned_data["lines"], "x", actor=people["city"])
    assert code_of(refused) == "weights"
    assert not ChecklistForm({"lines": "主题|无分", "source_note": "x"}).is_valid()


def test_a_rule_that_says_too_little_is_named(people, districts):
    make_checklist()
    version = RuleVersion.objects.in_force("R29", timezone.localdate())
    items = [item for item in version.formula["items"] if item["key"] != "floor"]
    older = RuleVersion(
        rule=version.rule, number=9, effective_from=timezone.localdate(), formula={"items": items},
        source_note="旧版", made_by=people["city"], checked_by=people["office"], checked_at=timezone.now(),
    )  # fmt: skip
    older.save()
    with pytest.raises(ValidationError) as refused:
        accept_review(make_review(districts["PD-01"], state="CITY"), actor=people["city"])
    assert code_of(refused) == "rule_incomplete"
