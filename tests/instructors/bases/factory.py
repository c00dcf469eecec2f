"""Practice bases on every step of their way."""

from datetime import date, timedelta
from io import BytesIO
from itertools import count

from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from instructors.bases.models import (
    BaseChecklist,
    BaseDecision,
    BaseMaterial,
    BaseReview,
    BaseRound,
    PracticeBase,
    ScoreSheet,
)
from instructors.bases.terms import version_on, years_later
from instructors.venues.models import Venue
from lms.certificates.services.designs import install_first_design
from lms.people.access import Role
from lms.people.models import OrgUnit, User
from tests import factory

_numbers = count(1)
BODY = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 1>>endobj\n"
XREF = b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \ntrailer<</Size 3/Root 1 0 R>>\n"
PDF = BODY + XREF + b"startxref\n%d\n%%%%EOF\n" % len(BODY)
TEXTS = {"introduction": "占地两亩", "safety": "有预案", "results_note": "案卷合格率提高"}


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG")
    return out.getvalue()


def make_checklist() -> BaseChecklist:
    call_command("load_base_checklist", verbosity=0)
    return BaseChecklist.objects.in_use()


def make_plaque_design() -> None:
    install_first_design(factory.make_user(), factory.make_user(), "PLAQUE")


def make_round(**fields) -> BaseRound:
    today = timezone.localdate()
    fields = {
        "year": today.year, "title": f"轮次{next(_numbers)}", "opens_on": today, "closes_on": today + timedelta(days=30),
        "places": 5, "made_by": factory.make_user(), **fields,
    }  # fmt: skip
    return BaseRound.objects.create(**fields)


def make_review(unit: OrgUnit, *, state="DRAFT", **fields) -> BaseReview:
    number = next(_numbers)
    fields = {"name": f"基地{number}", "theme": f"主题{number}", "address": "某路1号", "seats": 40, **TEXTS, **fields}
    if "round" not in fields and "base" not in fields:
        fields["round"] = make_round()
    if state not in ("DRAFT", "RETURNED", "DISTRICT", "CITY"):
        fields = {
            "checklist": BaseChecklist.objects.in_use() or make_checklist(), "rule_version": version_on(timezone.localdate()),
            "accepted_at": timezone.now(), **fields,
        }  # fmt: skip
    return BaseReview.objects.create(unit=unit, state=state, **fields)


def make_material(review: BaseReview, **fields) -> BaseMaterial:
    fields = {"part": "site", "kind": "PHOTO", "title": f"照片{next(_numbers)}", "content": photo(), **fields}
    return BaseMaterial.objects.create(review=review, bytes=len(fields["content"]), **fields)


def make_reviewer(unit: OrgUnit, **fields) -> User:
    """Granted for a district, and serving there."""
    officer = factory.make_officer(unit, **fields)
    factory.grant(officer.user, Role.BASE_REVIEWER, unit)
    return User.objects.get(pk=officer.user.pk)


def points_of(total: int, checklist: BaseChecklist) -> dict[str, int]:
    """Any points that are `total` together."""
    left, points = total, {}
    for item in checklist.items:
        points[item["key"]] = min(left, item["points"])
        left -= points[item["key"]]
    return points


def make_sheet(review: BaseReview, total: int | None = None, reviewer: User | None = None, **fields) -> ScoreSheet:
    """Handed in if it has a total."""
    fields = {"assigned_by": factory.make_user(), "turn": review.turn, "remarks": "评语", **fields}
    if total is not None:
        fields |= {"points": points_of(total, review.checklist), "submitted_at": timezone.now()}
    return ScoreSheet.objects.create(review=review, reviewer=reviewer or factory.make_user(), **fields)


def make_base(unit: OrgUnit, *, named_on: date | None = None, **fields) -> PracticeBase:
    named_on = named_on or timezone.localdate()
    naming = fields.pop("naming", None) or make_review(unit, state="NAMED")
    venue = Venue.objects.create(
        unit=unit, name=naming.name, kind="PRACTICE_BASE", seats=naming.seats, address=naming.address
    )
    fields = {"theme": naming.theme, "review_due_on": years_later(named_on, 3), **fields}
    return PracticeBase.objects.create(venue=venue, naming=naming, named_on=named_on, **fields)


def make_decision(unit: OrgUnit, **fields) -> BaseDecision:
    review = make_review(unit, state="SCORED")
    fields = {
        "outcome": "REFUSE", "reason": f"理由{next(_numbers)}", "score": 60, "checked_by": factory.make_user(),
        "checked_at": timezone.now(), **fields,
    }  # fmt: skip
    return BaseDecision.objects.create(review=review, made_by=factory.make_user(), **fields)


def make_checklist_draft() -> BaseChecklist:
    items = [{"key": "A", "part": "theme", "text": "主题", "points": 25}]
    number = 1 + BaseChecklist.objects.count()
    return BaseChecklist.objects.create(
        number=number, items=items, source_note=f"出处{number}", made_by=factory.make_user()
    )
