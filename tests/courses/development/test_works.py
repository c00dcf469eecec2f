"""Cases, textbooks and questions: masked by one, confirmed by another, judged, out, credited, withdrawn."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from courses.development.invariants import cases_are_masked, shares_make_a_hundred
from courses.development.models import Contributor, Output, Work
from courses.development.services import works
from courses.development.services.authors import Part, adopt, entries_of, name_authors, revoke
from lms.people.access import Role
from tests import factory
from tests.courses.development.factory import judge, make_office, make_question, make_work, name

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rights(settings, access, rules):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def office(districts):
    return make_office(districts["PD"])


@pytest.fixture
def pair(districts):
    return [factory.make_officer(districts["XH-01"]) for _ in range(2)]


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as caught:
        act(*args, **kwargs)
    return caught.value.code


def credits_of(output) -> list[Decimal]:
    return sorted(entry.credits for entry in entries_of(output))


def test_a_case_is_masked_judged_published_and_withdrawn(districts, office, pair):
    work = make_work(districts["PD-01"])
    lawyer = factory.make_staff(Role.LEGAL_OFFICE, districts["PD"])
    name(work, *[factory.make_officer(districts["PD-01"]) for _ in range(2)])
    assert refusal(works.submit_work, work, actor=work.made_by) == "not_masked"
    works.certify_masking(work, actor=work.made_by, removed="姓名、住址")
    assert refusal(works.certify_masking, work, actor=work.made_by, removed="再来") == "already_certified"
    assert refusal(works.submit_work, work, actor=work.made_by) == "not_masked"
    assert refusal(works.confirm_masking, work, actor=work.made_by) == "not_yours"
    factory.grant(work.made_by, Role.LEGAL_OFFICE, districts["PD"])
    maker = type(work.made_by).objects.get(pk=work.made_by.pk)
    assert refusal(works.confirm_masking, work, actor=maker) == "same_person"
    works.confirm_masking(work, actor=lawyer)
    # Another text is another case: what was confirmed was not this.
    work.body = "当事人张三占道经营。"
    works.change_work(work, actor=work.made_by)
    assert refusal(works.submit_work, work, actor=work.made_by) == "not_masked"
    works.certify_masking(work, actor=work.made_by, removed="住址")
    works.refuse_masking(work, actor=lawyer, reason="还有姓名")
    work.body = "当事人某甲占道经营，经营额较小。"
    works.change_work(work, actor=work.made_by)
    works.certify_masking(work, actor=work.made_by, removed="姓名、住址")
    works.confirm_masking(work, actor=lawyer)
    works.submit_work(work, actor=work.made_by)
    assert refusal(works.change_work, work, actor=work.made_by) == "state"
    judge(work, office, pair)
    works.decide_work(work, actor=office, verdict="PASSED")
    works.publish_work(work, actor=office)
    assert credits_of(work) == [Decimal("0.8"), Decimal("1.2")]
    assert (cases_are_masked(), shares_make_a_hundred()) == (None, None)
    work.refresh_from_db()
    works.withdraw_work(work, actor=office, reason="判决已改")
    work.refresh_from_db()
    assert (work.state, work.is_adopted) == ("WITHDRAWN", False)
    assert all(entry.reversed_by.credits == -entry.credits for entry in entries_of(work))


def test_power_a_case_that_nobody_looked_at_is_found(districts):
    work = make_work(districts["PD-01"], state="PUBLISHED")
    assert cases_are_masked() == f"development.work:{work.pk}"


def test_a_book_is_credited_by_its_chapters(districts, office, pair):
    book = make_work(districts["PD"], form="TEXTBOOK", title="新书")
    chapter = make_work(districts["PD"], form="CHAPTER", book=book)
    for work in (book, chapter):
        name(work, factory.make_officer(districts["PD-01"]))
        works.submit_work(work, actor=work.made_by)
        judge(work, office, pair)
        works.decide_work(work, actor=office, verdict="PASSED")
        works.publish_work(work, actor=office)
    assert (credits_of(book), credits_of(chapter)) == ([], [Decimal("4.0")])
    assert (
        refusal(works.certify_masking, make_work(districts["PD"], form="GUIDE"), actor=office, removed="x") == "no_case"
    )


def test_sent_back_and_rejected(districts, office, pair):
    work = make_work(districts["PD"], form="GUIDE")
    name(work, factory.make_officer(districts["PD-01"]))
    works.submit_work(work, actor=work.made_by)
    assert refusal(works.submit_work, work, actor=work.made_by) == "state"
    works.decide_work(work, actor=office, verdict="RETURNED", reason="补充依据")
    works.submit_work(work, actor=work.made_by)
    works.decide_work(work, actor=office, verdict="REJECTED", reason="重复")
    work.refresh_from_db()
    assert (work.state, [one.verdict for one in work.submissions.all()]) == ("WITHDRAWN", ["RETURNED", "REJECTED"])


def test_a_question_is_registered_by_one_and_credited_by_another(client, districts, office):
    author, second = factory.make_officer(districts["PD-01"]), make_office(districts["PD"])
    client.force_login(office)
    form = {"title": "听证期限", "reference": "Q-1", "unit": districts["PD-01"].pk, "author": author.staff_no}
    client.post(reverse("output:add"), form)
    output = Output.objects.get()
    assert (output.kind, [str(one.share) for one in output.contributors.all()]) == ("question", ["100.00"])
    client.post(reverse("output:add"), form | {"title": "同一题"})
    assert Output.objects.count() == 1
    assert refusal(adopt, output, actor=office) == "same_person"
    client.force_login(second)
    client.post(reverse("output:adopt", args=[output.pk]))
    assert credits_of(output) == [Decimal("0.1")]
    assert refusal(adopt, output, actor=second) == "already_checked"
    revoke(output, actor=second, reason="题目作废")
    assert refusal(adopt, output, actor=second) == "revoked"
    assert refusal(revoke, output, actor=second, reason="再次") == "not_adopted"


def test_shares_make_a_hundred_and_the_lead_has_the_rules_part(districts):
    output = make_question(districts["PD"])
    people = [factory.make_officer(districts["PD-01"]) for _ in range(3)]

    def parts(*shares, lead=0):
        return [
            Part(one, at == lead, Decimal(share)) for at, (one, share) in enumerate(zip(people, shares, strict=False))
        ]

    bad = [
        [],
        parts("60", "30"),
        parts("50", "50"),
        parts("60", "40", lead=9),
        parts("60", "40", "0"),
        parts("101", "-1"),
    ]
    codes = [refusal(name_authors, output, one, actor=output.made_by) for one in bad]
    assert codes == ["no_contributors", "share_sum", "lead_share", "one_lead", "share_zero", "share_zero"]
    twice = [Part(people[0], True, Decimal(60)), Part(people[0], False, Decimal(40))]
    assert refusal(name_authors, output, twice, actor=output.made_by) == "twice"
    name_authors(output, parts("60", "25", "15"), actor=output.made_by)
    name(output, people[2])
    assert [str(one.share) for one in output.contributors.all()] == ["100.00"]
    assert refusal(name_authors, output, parts("100"), actor=factory.make_user()) == "not_yours"


def test_a_year_holds_no_more_than_the_rule_lets(districts):
    author, office = factory.make_officer(districts["PD-01"]), make_office(districts["PD"])
    chapters = [make_work(districts["PD"], form="CHAPTER") for _ in range(6)]
    for chapter in chapters:
        name(chapter, author)
        adopt(chapter, actor=office)
    assert sum(entry.credits for one in chapters for entry in entries_of(one)) == 20
    assert entries_of(chapters[-1]).get().capped_credits == 0 or entries_of(chapters[-1]).get().reasons == ["year_cap"]


def test_the_database_refuses(districts):
    output, officer = make_question(districts["PD"]), factory.make_officer(districts["PD-01"])
    Contributor.objects.create(output=output, officer=officer, is_lead=True, share=60)
    for wrong in ({"officer": officer, "share": 40}, {"officer": factory.make_officer(districts["PD"]), "share": 0},
                  {"officer": factory.make_officer(districts["PD"]), "share": 40, "is_lead": True}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Contributor.objects.create(output=output, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Output.objects.filter(pk=output.pk).update(checked_by=output.made_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Work.objects.filter(pk=make_work(districts["PD"]).pk).update(book=make_work(districts["PD"], form="TEXTBOOK"))
