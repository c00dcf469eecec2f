"""Answers that did not come the usual way: late ones, and those a dead device left in a file."""

import hashlib
import json

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from exams.sittings import token
from exams.sittings.message import checked, shapes_of
from exams.sittings.models import Answer, AnswerEvent, Attempt, EmergencyImport, LateAcceptance, Receipt
from exams.sittings.services.starting import database_now, lock_attempt
from exams.sittings.services.submitting import give_receipt
from lms.audit.services import record
from lms.kit.services import check_by_second_person

Kind = AnswerEvent.Kind
MAX_FILE, MAX_ANSWERS = 2 * 1024 * 1024, 2000
FORMAT = "chengguan.exam.unsent"


def not_counted(attempt: Attempt):
    """What came and does not count: too late, after handing in, or brought in a file."""
    return AnswerEvent.objects.filter(attempt=attempt, kind__gt=Kind.STORED).order_by("slot", "id")


def read_file(attempt: Attempt, data: bytes) -> list[tuple[int, int, str]]:
    """(slot, revision, JSON) of a file the candidate's own page wrote.

    ValidationError "not_ours" for another attempt's or a changed file, "bad_file" for anything else; it names the place.
    """
    if len(data) > MAX_FILE:
        raise ValidationError("文件超过2MB，不是答题页导出的文件。", code="bad_file")
    try:
        found = json.loads(data.decode())
        known = token.read(found["token"])
        answers = found["answers"]
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, KeyError, TypeError) as failure:
        raise ValidationError("这不是答题页导出的文件。", code="bad_file") from failure
    except (signing.BadSignature, ValueError) as failure:
        raise ValidationError("文件里的答卷凭据不对，文件可能被改动。", code="not_ours") from failure
    if known.attempt != attempt.pk:
        raise ValidationError("这份文件属于另一份答卷，请核对考生。", code="not_ours")
    if not isinstance(answers, list) or len(answers) > MAX_ANSWERS:
        raise ValidationError("文件里的作答格式不对。", code="bad_file")
    shapes = shapes_of(attempt.paper_id)
    return [_read_one(number, one, shapes) for number, one in enumerate(answers, start=1)]


def _read_one(number: int, one, shapes: dict) -> tuple[int, int, str]:
    try:
        slot, rev = int(one["slot"]), int(one["rev"])
        return slot, rev, checked(slot, one["answer"], shapes)
    except (KeyError, TypeError, ValueError) as failure:
        raise ValidationError(f"文件第{number}条作答格式不对。", code="bad_file") from failure
    except ValidationError as refusal:
        raise ValidationError(f"文件第{number}条：{refusal.messages[0]}", code="bad_file") from refusal


@transaction.atomic
def import_unsent(attempt: Attempt, data: bytes, *, actor) -> EmergencyImport:
    """Keep the answers of a file as evidence; counted only once two persons accept them. The same file again is refused."""
    answers = read_file(attempt, data)
    attempt = lock_attempt(attempt.pk)
    sha256 = hashlib.sha256(data).hexdigest()
    if EmergencyImport.objects.filter(attempt=attempt, sha256=sha256).exists():
        raise ValidationError("这份文件已经导入过。", code="imported")
    now, epoch = database_now(), attempt.epoch + _imports_of(attempt) + IMPORTED_EPOCHS
    AnswerEvent.objects.bulk_create(
        AnswerEvent(
            attempt=attempt,
            slot=slot,
            epoch=epoch,
            rev=rev,
            payload=json.loads(text),
            received_at=now,
            kind=Kind.IMPORTED,
        )
        for slot, rev, text in answers
    )
    row = EmergencyImport.objects.create(attempt=attempt, sha256=sha256, stored=len(answers), made_by=actor)
    record("sittings.import_unsent", actor=actor, target=attempt, sha256=sha256, answers=len(answers))
    return row


# Files come under epochs no device ever has, so that nothing they hold can collide with what was sent.
IMPORTED_EPOCHS = 1_000_000


def _imports_of(attempt: Attempt) -> int:
    return EmergencyImport.objects.filter(attempt=attempt).count()


@transaction.atomic
def propose_acceptance(attempt: Attempt, events: list[int], reason: str, *, actor) -> LateAcceptance:
    known = set(not_counted(attempt).filter(pk__in=events).values_list("pk", flat=True))
    if not events or known != set(events):
        raise ValidationError("请选择这份答卷里没有计入的作答。", code="events")
    row = LateAcceptance(attempt=attempt, events=sorted(known), reason=reason, made_by=actor)
    row.full_clean(exclude=["made_by"])
    row.save()
    record("sittings.propose_acceptance", actor=actor, target=attempt, events=row.events, reason=reason)
    return row


@transaction.atomic
def refuse_late(acceptance: LateAcceptance, *, actor, reason: str) -> None:
    if not LateAcceptance.objects.pending().filter(pk=acceptance.pk).update(refused_at=timezone.now()):
        raise ValidationError("这项采用已有决定。", code="decided")
    record("sittings.refuse_late", actor=actor, target=acceptance, reason=reason)


@transaction.atomic
def accept_late(acceptance: LateAcceptance, *, actor) -> Receipt | None:
    """Count them: of each question the last. What was handed in gets a further receipt, the first one stays."""
    if acceptance.refused_at:
        raise ValidationError("这项采用已不予批准。", code="refused")
    attempt = lock_attempt(acceptance.attempt_id)
    if attempt.state == Attempt.State.VOID:
        raise ValidationError("答卷已作废，不能再采用作答。", code="void")
    acceptance = check_by_second_person(
        acceptance, actor, action="sittings.accept_late", events=acceptance.events, reason=acceptance.reason
    )
    last = {event.slot: event for event in AnswerEvent.objects.filter(pk__in=acceptance.events).order_by("id")}
    for slot, event in last.items():
        rev = Answer.objects.filter(attempt=attempt, slot=slot).aggregate(last=Max("rev"))["last"] or 0
        Answer.objects.update_or_create(
            attempt=attempt, slot=slot,
            defaults={"rev": max(rev, event.rev) + 1, "payload": event.payload, "received_at": event.received_at},
        )  # fmt: skip
    if attempt.state != Attempt.State.SUBMITTED:
        return None
    try:
        with transaction.atomic():
            return give_receipt(attempt, database_now())
    except IntegrityError:
        # The answers are what they were: the receipt given for them holds.
        return None
