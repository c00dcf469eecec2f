"""One row of each model that the console shows, belonging to a unit, as {Model: maker(unit)}."""

from datetime import UTC, datetime
from itertools import count

from django.utils import timezone
from wagtail.models import Page

from courses.catalogue.models import CatalogueIndex, Course, CourseVersion
from courses.learning.models import CourseProgress
from lms.audit.models import AuditEvent
from lms.audit.services import record
from lms.ledger.models import Correction, Entry, ImportedRecord, Obligation
from lms.ledger.services.corrections import propose_correction
from lms.ledger.services.obligations import ensure_obligation
from lms.ledger.services.posting import Claim, post_entry
from lms.people.models import Officer, OrgUnit, Posting, RoleGrant
from lms.rules.models import Regulation, Rule, RuleVersion, YearLabel
from tests import factory

_numbers = count(1)


def make_entry(unit: OrgUnit) -> Entry:
    evidence = f"test:{next(_numbers)}"
    at = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    claim = Claim("R05", evidence, f"课程{evidence}", "ONLINE", at, {"minutes": 45})
    return post_entry(factory.make_officer(unit), claim)


def make_obligation(unit: OrgUnit) -> Obligation:
    return ensure_obligation(factory.make_officer(unit), 2026)


def make_imported_record(unit: OrgUnit) -> ImportedRecord:
    number = next(_numbers)
    return ImportedRecord.objects.create(
        batch="B1", row_number=number, officer=factory.make_officer(unit), source_key=f"K-{number}",
        occurred_on="2026-03-02", title=f"旧记录{number}", layer="UNIT", hours=1, credits=0,
    )  # fmt: skip


def make_correction(unit: OrgUnit) -> Correction:
    clerk = factory.make_user()
    return propose_correction(make_entry(unit), actor=clerk, reason="重复", evidence_note="签到表")


def make_grant(unit: OrgUnit) -> RoleGrant:
    user = factory.make_officer(unit).user
    return RoleGrant.objects.create(user=user, role="TEAM_CLERK", unit=unit, reason="测试", made_by=factory.make_user())


def make_course_version(unit: OrgUnit) -> CourseVersion:
    shelf = CatalogueIndex.objects.first()
    if shelf is None:
        shelf = Page.get_first_root_node().add_child(instance=CatalogueIndex(title="目录", slug="catalogue"))
    number = next(_numbers)
    course = shelf.add_child(
        instance=Course(title=f"课程{number}", slug=f"c{number}", code=f"C{number}", summary="简介")
    )
    return CourseVersion.objects.create(
        course=course, number=1, title=course.title, summary="简介", minutes=45, level="BASIC", layer="ONLINE",
        category="LAW", lessons=[], digest="",
    )  # fmt: skip


def make_progress(unit: OrgUnit) -> CourseProgress:
    return CourseProgress.objects.create(
        officer=factory.make_officer(unit), version=make_course_version(unit), year=2026, started_at=timezone.now()
    )


MAKERS = {
    AuditEvent: lambda unit: record("people.test", actor=f"经办{next(_numbers)}", target=unit),
    Correction: make_correction,
    CourseProgress: make_progress,
    CourseVersion: make_course_version,
    Entry: make_entry,
    ImportedRecord: make_imported_record,
    Obligation: make_obligation,
    Officer: factory.make_officer,
    OrgUnit: lambda unit: factory.make_unit(unit, f"U-{next(_numbers):04d}"),
    Posting: lambda unit: factory.make_officer(unit).postings.get(),
    Regulation: lambda unit: Regulation.objects.first(),
    RoleGrant: make_grant,
    Rule: lambda unit: Rule.objects.first(),
    RuleVersion: lambda unit: RuleVersion.objects.first(),
    YearLabel: lambda unit: YearLabel.objects.first(),
}
