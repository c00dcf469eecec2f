"""Documents and photographs of an application. What they are is told from their bytes."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from courses.catalogue.media import pdf_pages
from instructors.bases.models import BaseMaterial, BaseReview
from instructors.bases.models import ScoreSheet as Sheet
from instructors.bases.services.reviews import State, locked
from lms.audit.services import record
from lms.people.models import User
from lms.sheets.picture import redrawn

MOST_BYTES, MOST_FILES = 10 * 1024 * 1024, 40
PDF = b"%PDF-"
TAKING = (*BaseReview.EDITABLE, State.RECTIFYING)
CLOSED = "材料已提交评审，不能增删；退回或整改期间可以补充。"


def visible_to(user: User) -> QuerySet:
    """Whoever may see the application, and the reviewers it is assigned to; of their own district none."""
    rows = BaseMaterial.objects.filter(review__in=BaseReview.objects.visible_to(user).values("pk"))
    return rows | BaseMaterial.objects.filter(review__in=Sheet.objects.assigned_to(user).values("review"))


def _pdf(data: bytes) -> bytes:
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        pdf_pages(Path(file.name))
    return data


@transaction.atomic
def add_material(review: BaseReview, data: bytes, *, actor: User, part: str, title: str) -> BaseMaterial:
    """A PDF is kept as it is; anything else must be a picture, and is drawn anew."""
    review = _open(review)
    if len(data) > MOST_BYTES:
        raise ValidationError("文件过大，不能超过10 MB，请压缩后再传。", code="too_large")
    if review.materials.count() >= MOST_FILES:
        raise ValidationError(f"材料不能超过{MOST_FILES}件，请合并后再传。", code="too_many")
    is_pdf = data.startswith(PDF)
    content = _pdf(data) if is_pdf else redrawn(data)
    kind = BaseMaterial.Kind.DOCUMENT if is_pdf else BaseMaterial.Kind.PHOTO
    material = BaseMaterial(
        review=review, part=part, kind=kind, title=title, content=content, bytes=len(content), turn=review.turn
    )
    material.full_clean()
    material.save()
    record("bases.add_material", actor=actor, target=review, title=title, part=part, bytes=len(content))
    return material


@transaction.atomic
def remove_material(material: BaseMaterial, *, actor: User) -> BaseReview:
    """What an earlier scoring saw stays."""
    review = _open(material.review)
    if review.accepted_at and material.added_at < review.accepted_at:
        raise ValidationError("现场评分用过的材料不能删除，可以另外补充。", code="was_scored")
    record("bases.remove_material", actor=actor, target=review, title=material.title)
    material.delete()
    return review


def _open(review: BaseReview) -> BaseReview:
    try:
        return locked(review, *TAKING)
    except ValidationError:
        raise ValidationError(CLOSED, code="closed")
