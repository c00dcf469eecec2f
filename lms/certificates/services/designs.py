from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from lms.audit.services import record
from lms.certificates import paper
from lms.certificates.models import CertificateDesign, Kind
from lms.kit.services import check_by_second_person

SAMPLE_CODE = "SAMPLE" + "A" * 20
SAMPLE_FACTS = {
    "name": "测试员·样张", "unit": "某区城市管理行政执法局一中队", "title": "行政处罚法要点", "hours": "1.00", "credits": "0.4",
    "began_on": "2026-03-02", "completed_on": "2026-03-09",
}  # fmt: skip
FIRST = {
    "title": "结业证书", "organisation": "城市管理行政执法教育培训", "closing": "特发此证。",
    "body": "{name}同志（{unit}）于{completed_on}学完在线课程“{title}”，计{hours}学时、{credits}学分，准予结业。",
    "issuer": "城管学堂（演示单位）", "seal_text": "城管学堂演示单位教育培训", "prefix": "城管培结", "note": "初始样式",
}  # fmt: skip
FIRST_OF = {
    Kind.COMPLETION: FIRST,
    Kind.CLASS: FIRST | {
        "body": "{name}同志（{unit}）于{began_on}至{completed_on}参加“{title}”，计{hours}学时、{credits}学分，考核合格，准予结业。",
        "prefix": "城管培班",
    },
    Kind.PLAQUE: FIRST | {
        "title": "实践教学基地", "closing": "特此授牌。", "prefix": "城管培基",
        "body": "{name}（{unit}）经申报、现场评分和复核，于{completed_on}命名为实践教学基地，主题为“{title}”。",
    },
    Kind.EXAM: FIRST | {
        "title": "考试合格证书", "body": "{name}同志（{unit}）于{completed_on}参加“{title}”，成绩合格。", "prefix": "城管培考",
    },
}  # fmt: skip


@transaction.atomic
def draft_design(kind: str, *, actor, **texts) -> CertificateDesign:
    """A new version after the last one of its kind; nothing is printed by it until somebody else approves it."""
    list(CertificateDesign.objects.select_for_update().filter(kind=kind))
    last = CertificateDesign.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    design = CertificateDesign(kind=kind, number=last + 1, made_by=actor, **texts)
    design.full_clean()
    design.save()
    record("certificates.draft_design", actor=actor, target=design, kind=kind, number=design.number)
    return design


def approve_design(design: CertificateDesign, *, actor) -> CertificateDesign:
    """From now on certificates of the kind are printed by it; those already issued keep theirs."""
    if not actor.has_perm("certificates.approve_certificatedesign"):
        raise PermissionDenied("只有有权审批证书样式的人可以审批。")
    return check_by_second_person(design, actor, action="certificates.approve_design", number=design.number)


@transaction.atomic
def discard_design(design: CertificateDesign, *, actor) -> None:
    design = CertificateDesign.objects.select_for_update(of=("self",)).get(pk=design.pk)
    if design.is_checked:
        raise ValidationError("已批准的样式不能删除，请起草新版。", code="approved")
    texts = {name: getattr(design, name) for name in CertificateDesign.TEXTS}
    record("certificates.discard_design", actor=actor, target=design, **texts)
    design.delete()


def install_first_design(made_by, checked_by, kind: str = Kind.COMPLETION) -> CertificateDesign | None:
    """What a new installation begins with, signed by two users; none if there is already one of the kind."""
    if CertificateDesign.objects.filter(kind=kind).exists():
        return None
    fields = {"made_by": made_by, "checked_by": checked_by, "checked_at": timezone.now()}
    return CertificateDesign.objects.create(kind=kind, number=1, **FIRST_OF[Kind(kind)], **fields)


def sample_sheet(design: CertificateDesign, verify_base: str) -> dict:
    """The design on an invented certificate, marked as a sample."""
    today = timezone.localdate()
    serial = f"{design.prefix}〔{today.year}〕000000号"
    snapshot = {**SAMPLE_FACTS, "number": serial, "issued_on": today.isoformat(), "expires_on": ""}
    url = verify_base + reverse("verify:code", args=[SAMPLE_CODE])
    return paper.sheet(design, snapshot, code=SAMPLE_CODE, verify_url=url) | {"is_sample": True}
