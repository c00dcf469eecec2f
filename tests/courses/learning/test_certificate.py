from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from courses.learning.entitlement import COURSE, CompletedCourses
from courses.learning.models import CourseProgress
from courses.learning.services.completion import completion_claim
from lms.certificates.services.issuing import issue
from lms.ledger.services.posting import post_entry, reverse_entry
from lms.people.access import Role
from tests import factory
from tests.rows import make_course_version

pytestmark = pytest.mark.django_db
RIGHT = "certificates.issue_certificate"


def learn(officer, version, *, complete=True) -> CourseProgress:
    now = timezone.now()
    progress = CourseProgress.objects.create(
        officer=officer, version=version, year=timezone.localdate().year, started_at=now - timedelta(hours=1)
    )
    if complete:
        progress.completed_at = now
        progress.entry = post_entry(officer, completion_claim(progress))
        progress.save()
    return progress


@pytest.fixture
def version(access, rules, officer):
    return make_course_version(officer.unit)


def test_a_completed_course_earns_what_the_ledger_says(version, design, officer):
    progress = learn(officer, version)
    certificate = issue(progress.evidence_key, actor=officer.user)
    said = certificate.snapshot
    assert (said["title"], said["unit"]) == (version.title, officer.unit.name)
    assert (said["hours"], said["credits"]) == (f"{progress.entry.hours:.2f}", f"{progress.entry.credits:.1f}")


@pytest.mark.parametrize("key", ["learning.courseprogress:0", "learning.courseprogress:x", "learning.courseprogress:"])
def test_no_such_progress_earns_nothing(version, design, key):
    with pytest.raises(ValidationError) as refused:
        issue(key, actor="甲")
    assert refused.value.code == "not_earned"


def test_an_unfinished_or_reversed_course_earns_nothing(version, design, officer, districts):
    unfinished = learn(officer, version, complete=False)
    reversed_ = learn(factory.make_officer(districts["XH-01"]), version)
    reverse_entry(reversed_.entry, posted_by="甲", reason="记错")
    for progress in (unfinished, reversed_):
        with pytest.raises(ValidationError) as refused:
            issue(progress.evidence_key, actor="甲")
        assert refused.value.code == "not_earned"


def test_groups_count_the_own_units_and_members_have_none_yet(version, design, officer, districts):
    mine, theirs = learn(officer, version), learn(factory.make_officer(districts["PD-01"]), version)
    second = learn(factory.make_officer(districts["XH-02"]), version)
    learn(factory.make_officer(districts["XH-02"]), version, complete=False)
    issue(mine.evidence_key, actor="甲")
    office = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    (group,) = CompletedCourses().groups(office, RIGHT)
    assert (group.key, group.earned, group.certified) == (f"{COURSE}{version.course_id}", 2, 1)
    assert list(CompletedCourses().members(group.key, office, RIGHT)) == [second.evidence_key]
    assert theirs.evidence_key not in CompletedCourses().members(group.key, office, RIGHT)


def test_the_course_page_leads_to_the_certificate(version, design, officer, client):
    progress = learn(officer, version)
    client.force_login(officer.user)
    url = reverse("learning:course", args=[version.course_id])
    assert progress.evidence_key in client.get(url).content.decode()
    certificate = issue(progress.evidence_key, actor=officer.user)
    assert certificate.get_absolute_url() in client.get(url).content.decode()
