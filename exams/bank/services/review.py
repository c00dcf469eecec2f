"""A question's way from draft to retirement: every step by somebody with the right to it, and written down."""

from collections import Counter
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from exams.bank.models import Question, QuestionBank, QuestionVersion
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.notices.services import notify
from lms.people.access import ROLES
from lms.people.models import OrgUnit, RoleGrant, User

REVIEW, ACTIVATE = "bank.review_question", "bank.activate_question"
State = Question.State


def locked(question: Question) -> Question:
    rows = Question.objects.select_for_update(of=("self",)).select_related("bank__unit")
    return rows.get(pk=question.pk)


def newest(question: Question) -> QuestionVersion | None:
    return question.versions.order_by("-number").first()


def _to_review(question: Question) -> QuestionVersion:
    version = newest(question)
    if version is None or not version.is_pending:
        raise ValidationError("没有待审的版本：可能已由他人审过或退回，请刷新后再看。", code="nothing_to_review")
    return version


@transaction.atomic
def review(question: Question, *, actor, reason: str = "") -> Question:
    """The newest version is right, says somebody who did not write it. What is in use stays so until activated."""
    question = locked(question)
    version = _to_review(question)
    check_by_second_person(version, actor, action="bank.review", number=version.number, reason=reason)
    QuestionVersion.objects.filter(pk=version.pk).update(review_note=reason)
    if question.state == State.DRAFT:
        _move(question, State.REVIEWED)
    return question


@transaction.atomic
def send_back(question: Question, *, actor, reason: str) -> Question:
    """The newest version is not right: its setter reads why, and writes another."""
    question = locked(question)
    version = _to_review(question)
    if version.made_by_id == actor.pk:
        raise ValidationError("命题人不能审自己命的题，可以直接修改。", code="same_person")
    QuestionVersion.objects.filter(pk=version.pk).update(review_note=reason, returned_at=timezone.now())
    record("bank.send_back", actor=actor, target=question, number=version.number, reason=reason)
    notify(
        [version.made_by], title=f"试题被退回：{version.stem_text}"[:80], body=f"审题意见：{reason}",
        link=f"/admin/question/inspect/{question.pk}/",
    )  # fmt: skip
    return question


@transaction.atomic
def activate(question: Question, *, actor, reason: str = "") -> Question:
    """The newest version comes into use, in place of an older one."""
    question = locked(question)
    version = newest(question)
    if version is None or not version.is_checked:
        raise ValidationError("最新一版还没有通过审题，不能启用。", code="not_reviewed")
    if question.state == State.ACTIVE and question.current_id == version.pk:
        raise ValidationError("这道题已经在用。", code="already_active")
    if version.sources.filter(superseded_on__lte=timezone.localdate()).exists():
        raise ValidationError("依据的法律版本已废止或被替代，请先按现行版本改题。", code="superseded")
    question.current = version
    _move(question, State.ACTIVE)
    record("bank.activate", actor=actor, target=question, number=version.number, reason=reason)
    return question


@transaction.atomic
def retire(question: Question, *, actor, reason: str) -> Question:
    question = locked(question)
    if question.state == State.RETIRED:
        raise ValidationError("这道题已经停用。", code="already_retired")
    was = question.state
    _move(question, State.RETIRED)
    record("bank.retire", actor=actor, target=question, was=was, reason=reason)
    return question


def _move(question: Question, state: str) -> None:
    question.state = state
    question.save(update_fields=["state", "current"])


def each(
    questions: Iterable[Question], step: Callable[..., Question], *, actor, reason: str
) -> tuple[int, Counter[str]]:
    """One step for many, one reason for all: how many went, and why the others did not."""
    done, refused = 0, Counter[str]()
    for question in questions:
        try:
            step(question, actor=actor, reason=reason)
        except ValidationError as refusal:
            refused[" ".join(refusal.messages)] += 1
        else:
            done += 1
    return done, refused


def mark_stale() -> int:
    """Questions in use whose basis was superseded go out of use, and their office is told. Says how many."""
    resting = Question.objects.filter(state=State.ACTIVE).resting_on_superseded()
    banks = QuestionBank.objects.filter(pk__in=resting.values("bank")).select_related("unit")
    return sum(_mark_bank(bank) for bank in banks)


@transaction.atomic
def _mark_bank(bank: QuestionBank) -> int:
    resting = Question.objects.filter(bank=bank, state=State.ACTIVE).resting_on_superseded()
    rows = Question.objects.select_for_update().filter(pk__in=list(resting.values_list("pk", flat=True)))
    keys = sorted(rows.filter(state=State.ACTIVE).values_list("pk", flat=True))
    if not keys:
        return 0
    Question.objects.filter(pk__in=keys).update(state=State.STALE)
    record("bank.stale", actor="夜间检查", target=bank, count=len(keys), questions=keys)
    notify(
        office_of(bank), title=f"{bank.name}有{len(keys)}道试题的依据已变",
        body="依据的法律版本已废止或被替代，这些题不再进入新试卷。请命题员按现行版本改题，审过后重新启用。",
        link=f"/admin/question/?bank={bank.pk}&state={State.STALE}",
    )  # fmt: skip
    return len(keys)


def office_of(bank: QuestionBank) -> Iterable[User]:
    """Whoever decides what of a bank is in use."""
    roles = [role for role, grantable in ROLES.items() if ACTIVATE in grantable.permissions]
    above = [unit.pk for unit in bank.unit.get_ancestors()] + [bank.unit_id]
    reaching = Q(unit__in=above) | Q(unit__kind=OrgUnit.Kind.CITY)
    grants = RoleGrant.objects.current().filter(reaching, role__in=roles)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True)
