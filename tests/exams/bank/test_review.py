"""From draft to retirement, by whom, and what a new version changes before it is reviewed."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from courses.catalogue.models import LegalSource, LegalSourceVersion
from exams.bank.forms.kinds import FORMS, CaseForm
from exams.bank.models import Question
from exams.bank.querysets import skeleton
from exams.bank.services.editing import Facts, Wording, add_question, add_version, with_same_stem
from exams.bank.services.review import activate, mark_stale, retire, review, send_back
from exams.bank.types import TYPES
from lms.audit.models import AuditEvent
from lms.people.access import Role
from tests import factory
from tests.exams.bank.samples import SAMPLES
from tests.exams.papers.factory import make_bank, make_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(settings, access, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return make_bank(districts["PD"])


@pytest.fixture
def setter(bank):
    return factory.make_staff(Role.EXAM_SETTER, bank.unit)


@pytest.fixture
def draft(bank, setter):
    return add_question(bank, Wording(SAMPLES["single"]()), Facts(), actor=setter)


def refused(code, service, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        service(*args, **kwargs)
    assert refusal.value.code == code


def someone():
    return factory.make_user()


def source(superseded_on=None) -> LegalSourceVersion:
    law = LegalSource.objects.create(title=f"某法{LegalSource.objects.count()}")
    return LegalSourceVersion.objects.create(
        source=law, edition="2021年", effective_on="2021-01-01", superseded_on=superseded_on
    )


def test_setter_is_not_the_reviewer(draft, setter):
    refused("same_person", review, draft, actor=setter)
    refused("same_person", send_back, draft, actor=setter, reason="不行")
    refused("not_reviewed", activate, draft, actor=someone())
    assert review(draft, actor=someone()).state == "REVIEWED"
    refused("nothing_to_review", review, draft, actor=someone())
    assert activate(draft, actor=someone()).current.number == 1
    refused("already_active", activate, draft, actor=someone())
    assert retire(draft, actor=someone(), reason="重复").state == "RETIRED"
    refused("already_retired", retire, draft, actor=someone(), reason="重复")
    actions = list(
        AuditEvent.objects.filter(action__startswith="bank.").order_by("id").values_list("action", flat=True)
    )
    assert actions == ["bank.draft", "bank.review", "bank.activate", "bank.retire"]


def test_sent_back_with_a_note_and_written_again(draft, setter):
    send_back(draft, actor=someone(), reason="选项有两个对")
    version = draft.versions.get()
    assert (version.review_note, draft.state) == ("选项有两个对", "DRAFT")
    assert setter.deliveries.count() == 1
    refused("nothing_to_review", review, draft, actor=someone())
    add_version(draft, Wording({**SAMPLES["single"](), "stem": "改过的题干"}), actor=setter)
    assert review(draft, actor=someone()).state == "REVIEWED"


def test_new_version_waits_while_the_old_one_is_used(draft, setter):
    review(draft, actor=someone())
    old = activate(draft, actor=someone()).current
    add_version(draft, Wording({**SAMPLES["single"](), "stem": "第二版"}), actor=setter)
    draft.refresh_from_db()
    assert (draft.state, draft.current) == ("ACTIVE", old)
    refused("not_reviewed", activate, draft, actor=someone())
    assert review(draft, actor=someone()).current == old
    assert activate(draft, actor=someone()).current.number == 2


def test_versions_that_are_not_written(draft, setter):
    refused("unchanged", add_version, draft, Wording(SAMPLES["single"]()), actor=setter)
    refused("type", add_version, draft, Wording(SAMPLES["numeric"]()), actor=setter)
    refused("key", add_version, draft, Wording({**SAMPLES["single"](), "options": [
        {"id": "a", "html": "甲"}, {"id": "b", "html": "乙"}]}), actor=setter)  # fmt: skip
    retire(draft, actor=someone(), reason="过时")
    refused("retired", add_version, draft, Wording({**SAMPLES["single"](), "stem": "又一版"}), actor=setter)


def test_markup_of_strangers_is_washed(bank, setter):
    dirty = {**SAMPLES["single"](), "stem": "<p onclick=x()>由谁管辖<script>alert(1)</script></p>"}
    question = add_question(bank, Wording(dirty), Facts(), actor=setter)
    assert question.versions.get().content["stem"] == "<p>由谁管辖</p>"


def test_superseded_basis_takes_out_of_use_and_tells_the_office(bank, setter):
    admin = factory.make_staff(Role.EXAM_ADMIN, bank.unit)
    elsewhere = factory.make_staff(Role.EXAM_ADMIN, factory.make_unit(bank.unit, "PD-09"))
    law, question, untouched = source(), make_question(bank), make_question(bank)
    question.current.sources.add(law)
    assert mark_stale() == 0
    LegalSourceVersion.objects.filter(pk=law.pk).update(superseded_on=timezone.localdate())
    call_command("mark_stale", verbosity=0)
    assert [one.state for one in Question.objects.order_by("pk")] == ["STALE", "ACTIVE"]
    assert (admin.deliveries.count(), elsewhere.deliveries.count()) == (1, 0)
    refused("superseded", activate, question, actor=admin)
    assert mark_stale() == 0
    content = {**question.current.content, "stem": "按新法"}
    add_version(question, Wording(content, [source()]), actor=setter)
    review(question, actor=someone())
    assert activate(question, actor=admin).state == "ACTIVE"
    assert untouched.state == "ACTIVE"


def test_bulk_does_what_it_may_and_says_what_not(draft, bank, setter, client):
    reviewer = factory.make_staff(Role.EXAM_REVIEWER, bank.unit)
    client.force_login(reviewer)
    own = add_question(bank, Wording({**SAMPLES["single"](), "stem": "自己命的"}), Facts(), actor=reviewer)
    data = {"step": "review", "reason": "逐题看过", "pk": [draft.pk, own.pk]}
    page = client.post(reverse("bank_office:bulk"), data, follow=True)
    states = dict(Question.objects.values_list("pk", "state"))
    assert states == {draft.pk: "REVIEWED", own.pk: "DRAFT"}
    assert len(page.context["messages"]) == 2
    assert AuditEvent.objects.get(action="bank.review").detail["reason"] == "逐题看过"
    refusal = client.post(reverse("bank_office:bulk"), {**data, "step": "retire"})
    assert refusal.context["form"].errors["step"]


def test_bulk_reaches_nobody_elses(draft, districts, client):
    client.force_login(factory.make_staff(Role.EXAM_REVIEWER, districts["XH"]))
    client.post(reverse("bank_office:bulk"), {"step": "review", "reason": "x", "pk": [draft.pk]})
    draft.refresh_from_db()
    assert draft.state == "DRAFT"
    assert client.get(reverse("bank_office:edit", args=[draft.pk])).status_code in {302, 403}


def posted(form) -> dict:
    """What a browser sends of a form as it was filled."""
    forms = [form, *getattr(form, "inner", [])]
    data = {}
    for one in forms:
        for field in one:
            value = field.value()
            if value not in (None, "", False):
                data[field.html_name] = "on" if value is True else str(value)
    return data


@pytest.mark.parametrize("kind", TYPES)
def test_what_a_form_shows_it_saves_unchanged(kind):
    content = SAMPLES[kind]()
    form = FORMS[kind](was=content)
    again = FORMS[kind](posted(form), was=content)
    assert again.is_valid(), again.errors
    assert again.content == {**content, **({"feedback": content["feedback"]} if content.get("feedback") else {})}


def test_a_case_is_written_with_its_parts():
    data = {"stem": "某日巡查", "share1": "100", "part1-stem": "是否违法？", "part1-answer": "true"}
    form = CaseForm(data, kinds=["true_false"])
    assert form.is_valid(), form.errors
    assert form.content["parts"] == [{"type": "true_false", "stem": "是否违法？", "answer": True, "share": "1"}]
    assert not CaseForm({**data, "share1": "60"}, kinds=["true_false"]).is_valid()


def test_same_stem_is_warned_of_and_may_be_meant(draft, bank, setter, client):
    assert skeleton("Ａ类，处罚 。") == skeleton("a类处罚")
    assert set(with_same_stem("由哪一级 管辖?", setter)) == {draft}
    assert not with_same_stem("由哪一级管辖", setter, beside=draft)
    stranger = factory.make_user()
    assert not with_same_stem("由哪一级管辖", stranger)
    client.force_login(setter)
    url = reverse("bank_office:add") + f"?bank={bank.pk}&type=true_false"
    data = {"stem": "由哪一级，管辖", "answer": "true", "level": "BASIC", "difficulty": "3"}
    assert client.post(url, data).context["alike"] == [draft]
    assert Question.objects.count() == 1
    saved = client.post(url, {**data, "is_meant": "1"})
    assert saved.status_code == 302
    assert Question.objects.count() == 2


def test_editing_in_the_console(draft, setter, client):
    client.force_login(setter)
    url = reverse("bank_office:edit", args=[draft.pk])
    page = client.get(url)
    data = posted(page.context["wording"]) | {"level": "ADVANCED", "difficulty": "4"}
    client.post(url, data)
    draft.refresh_from_db()
    assert (draft.level, draft.versions.count()) == ("ADVANCED", 1)
    client.post(url, {**data, "stem": "换了题干"})
    assert draft.versions.count() == 2
    wrong = client.post(url, {**data, "right_0": "on"})
    assert wrong.status_code == 422
    assert draft.versions.count() == 2
