"""230 applications of one day: 221 go forward and come back issued, 9 are sent back, each with its reason. Over HTTP."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from exams.licences.exchange import digest
from exams.licences.invariants import INVARIANTS
from exams.licences.models import Application, ApplicationBatch, EnforcementCertificate, Transition
from exams.licences.services.dispatching import dispatch, fingerprint, ready
from exams.licences.services.eligibility import assess_all, open_rows
from exams.licences.services.importing import look_at, take_in
from exams.licences.services.nightly import run_night
from lms.notices.models import Delivery
from lms.people.access import Role
from lms.people.models import Officer
from tests import factory
from tests.exams.licences.exchange import issued, table
from tests.exams.licences.factory import make_fit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE, UNIT_RETURNS, BUREAU_RETURNS = 230, 5, 2
UNFIT = 2


@pytest.fixture
def cast(settings, access, rules, city, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    maker, unit = (factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]) for _ in range(2))
    return maker, unit, factory.make_staff(Role.CITY_OFFICE, city)


def as_shown(page, faults: dict[int, tuple[str, str]]) -> dict:
    """What the page would send if nothing were touched but these rows."""
    data = {}
    for line in page.context["lines"]:
        pk = line.application.pk
        fault, note = faults.get(pk, ("", "") if line.is_met else ("CONDITIONS", line.why_not))
        data[f"verdict-{pk}"] = f"return-{fault}" if fault else "pass"
        data[f"note-{pk}"] = note
    return data


def work_off(client, user, name: str, faults: dict[int, tuple[str, str]]) -> Counter:
    """Page by page until the desk is empty."""
    client.force_login(user)
    url, done = reverse(f"licences_office:{name}"), Counter()
    while (page := client.get(url)).context["lines"]:
        answers = client.post(url, as_shown(page, faults)).context["answers"]
        done += Counter(passed=answers["passed"], returned=len(answers["returned"]), refused=len(answers["refused"]))
    return done


def test_two_hundred_and_thirty(client, cast, districts):
    maker, unit, bureau = cast
    officers = make_fit(districts["PD-01"], PEOPLE)
    open_rows(officers)
    assert assess_all(timezone.localdate()) == PEOPLE
    client.force_login(maker)
    url = reverse("licences_office:apply") + f"?unit={districts['PD'].pk}&kind=FIRST&numbers="
    pks = [one.certificate.officer_id for one in client.get(url).context["ready"]]
    assert len(pks) == PEOPLE
    assert client.post(url, {"pk": pks, "area": "浦东新区"}).context["taken"] == PEOPLE

    # Two have left in the meantime: their rows say so by themselves.
    Officer.objects.filter(pk__in=pks[:UNFIT]).update(status="OFF_POST")
    rows = list(Application.objects.order_by("pk").values_list("pk", flat=True))
    faults = {pk: ("DATA", f"第{number}人姓名与档案不一致") for number, pk in enumerate(rows[10 : 10 + UNIT_RETURNS])}
    done = work_off(client, unit, "review", faults)
    assert done == Counter(passed=PEOPLE - UNIT_RETURNS - UNFIT, returned=UNIT_RETURNS + UNFIT)
    done = work_off(client, bureau, "approve", dict.fromkeys(rows[100:102], ("AREA", "执法区域应写明街道")))
    assert done == Counter(passed=221, returned=BUREAU_RETURNS)

    returned = Application.objects.filter(state="RETURNED")
    assert Counter(returned.values_list("fault", flat=True)) == {"DATA": 5, "CONDITIONS": 2, "AREA": 2}
    assert all(one.fault_note and one.returned_by for one in returned)
    told = set(Delivery.objects.filter(notice__title__startswith="执法证申请退回").values_list("user", flat=True))
    assert {one.officer.user_id for one in returned.select_related("certificate__officer")} < told
    batch = ApplicationBatch.objects.with_counts().get()
    assert (batch.people, batch.forward, batch.returned) == (230, 221, 9)

    dispatch(bureau, expected=fingerprint(ready(bureau)))
    sent = Application.objects.filter(state="SUBMITTED").select_related("certificate__officer")
    data = table(*(issued(one, f"测执{one.pk:06d}") for one in sent))
    plan = look_at(data, "结果.csv", digest(data), actor=bureau)
    file = take_in(data, "结果.csv", digest(data), actor=bureau, expected=plan.fingerprint)
    assert Counter(file.lines.values_list("finding", flat=True)) == {"DONE": 221}
    assert (plan.counts["matched"], plan.counts["orphan"], plan.counts["missing"]) == (221, 0, 0)
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        take_in(data, "结果.csv", digest(data), actor=bureau, expected=plan.fingerprint)
    assert refusal.value.code == "already_taken_in"
    assert everything() == before

    deployable = EnforcementCertificate.objects.deployable(timezone.localdate())
    assert deployable.count() == 221
    assert [one.__name__ for one in INVARIANTS if one()] == []
    run_night(timezone.localdate())
    states = Counter(EnforcementCertificate.objects.values_list("state", flat=True))
    assert states == {"ISSUED": 221, "ELIGIBLE": 7, "NOT_HELD": 2}


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (EnforcementCertificate, Application, Transition)]
