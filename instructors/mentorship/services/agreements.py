"""The agreement: drafted by an office, signed by mentor, apprentice and office, begun by the mentor."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.mentorship.models import Mentorship, MentorshipPhase, Side, Signature
from instructors.mentorship.services.telling import SIGN, pair_of, tell_office, tell_pair
from instructors.mentorship.terms import RULE, Terms, stretches
from instructors.pool.models import Instructor
from lms.audit.services import record
from lms.people.models import Officer
from lms.rules.models import RuleVersion

State = Mentorship.State
NEW = Officer.Status.PROBATION


def locked(mentorship: Mentorship) -> Mentorship:
    rows = Mentorship.objects.select_for_update(of=("self",)).select_related(
        "mentor__user", "apprentice__user", "unit", "rule_version"
    )
    return rows.get(pk=mentorship.pk)


def terms_of(mentorship: Mentorship) -> Terms:
    return Terms(mentorship.rule_version.formula)


@transaction.atomic
def draft_mentorship(row: Mentorship, *, actor) -> Mentorship:
    """The term is cut into the rule's phases; both people are asked to sign."""
    people = _locked_people(row)
    version = RuleVersion.objects.in_force(RULE, timezone.localdate())
    if version is None:
        raise ValidationError("师带徒规则（R44）还没有生效的版本，请先由市局批准。", code="no_rule")
    terms = Terms(version.formula)
    _check_pair(people[row.mentor_id], people[row.apprentice_id], terms)
    row.unit, row.made_by, row.rule_version = people[row.apprentice_id].unit, actor, version
    row.instructor = appointed(row.mentor, row.from_on)
    row.full_clean(exclude=["result", "assessment", "end_reason"])
    row.save()
    _cut(row, terms)
    record("mentorship.draft", actor=actor, target=row, mentor=row.mentor.staff_no, apprentice=row.apprentice.staff_no)
    tell_pair(row, "请签署师带徒协议", f"{row.from_on:%Y年%-m月%-d日}至{row.until_on:%Y年%-m月%-d日}。")
    return row


def _locked_people(row: Mentorship) -> dict[int, Officer]:
    """Whoever pairs one of the two off queues here: how many a mentor has is counted under this lock."""
    rows = Officer.objects.select_for_update(of=("self",), no_key=True).select_related("unit").order_by("pk")
    return rows.in_bulk([row.mentor_id, row.apprentice_id])


def _check_pair(mentor: Officer, apprentice: Officer, terms: Terms) -> None:
    if mentor.pk == apprentice.pk:
        raise ValidationError("师傅和徒弟不能是同一人。", code="same_person")
    serving = Officer.objects.in_service().filter(pk__in=[mentor.pk, apprentice.pk]).count()
    if serving != 2:
        raise ValidationError("退休或调离的人员不能结对，请另选。", code="not_serving")
    if mentor.status == NEW:
        raise ValidationError(f"{mentor}还在试用期，不能担任师傅，请另选。", code="mentor_on_probation")
    if mentor.unit.city_level_path != apprentice.unit.city_level_path:
        raise ValidationError("师傅和徒弟应在同一区局（或市属单位）内，请另选师傅。", code="other_tree")
    if Mentorship.objects.live().filter(apprentice=apprentice).exists():
        raise ValidationError(f"{apprentice}已有在办的师带徒，出徒或终止后才能另签。", code="has_mentor")
    most = terms.number("apprentices")
    if Mentorship.objects.live().filter(mentor=mentor).count() >= most:
        raise ValidationError(f"{mentor}已带{most}名徒弟，达到上限，请另选师傅。", code="mentor_full")


def appointed(mentor: Officer, day) -> Instructor | None:
    """The instructorship under which an officer mentors, if he holds one on the day."""
    return Instructor.objects.active_on(day).filter(officer=mentor).order_by("pk").first()


def _cut(row: Mentorship, terms: Terms) -> None:
    names = terms.phases
    row.phases.all().delete()
    MentorshipPhase.objects.bulk_create(
        MentorshipPhase(mentorship=row, number=number, title=name, from_on=begin, until_on=end)
        for number, (name, (begin, end)) in enumerate(
            zip(names, stretches(row.from_on, row.until_on, len(names)), strict=True), 1
        )
    )


@transaction.atomic
def change_mentorship(row: Mentorship, *, actor) -> Mentorship:
    """Only what nobody has signed yet: the two people stay, their term, goals and agreement may change."""
    stored = locked(row)
    if stored.state != State.PROPOSED or stored.signatures.exists():
        raise ValidationError("协议已有人签署，不能再改。确需修改的，请终止后重新拟定。", code="signed")
    row.full_clean(exclude=["result", "assessment", "end_reason"])
    row.save(update_fields=["goals", "agreement", "from_on", "until_on"])
    _cut(row, terms_of(stored))
    record("mentorship.change", actor=actor, target=row)
    return row


def side_of(mentorship: Mentorship, user) -> str | None:
    officer = getattr(user, "officer", None)
    sides = {mentorship.mentor_id: Side.MENTOR, mentorship.apprentice_id: Side.APPRENTICE}
    return sides.get(officer.pk) if officer else None


@transaction.atomic
def sign_agreement(mentorship: Mentorship, *, actor) -> Mentorship:
    """By mentor or apprentice, in whichever order; the office signs last."""
    row = locked(mentorship)
    side = side_of(row, actor)
    if side is None:
        raise PermissionDenied("协议由师傅和徒弟本人签署。")
    sides = _signable(row)
    if side in sides:
        raise ValidationError("您已签署。", code="already_signed")
    Signature.objects.create(mentorship=row, side=side, user=actor)
    record("mentorship.sign", actor=actor, target=row, side=side)
    if len(sides) == 1:
        tell_office(row, SIGN, "师带徒协议待部门签署", "师傅和徒弟均已签署。")
    return row


def _signable(row: Mentorship) -> set[str]:
    if row.state != State.PROPOSED:
        raise ValidationError(f"协议现为“{row.get_state_display()}”，不再签署。", code="wrong_state")
    return set(row.signatures.filter(phase=None).values_list("side", flat=True))


@transaction.atomic
def sign_for_office(mentorship: Mentorship, *, actor) -> Mentorship:
    row = locked(mentorship)
    refuse_party(row, actor)
    missing = [str(side.label) for side in (Side.MENTOR, Side.APPRENTICE) if side not in _signable(row)]
    if missing:
        raise ValidationError(f"{'、'.join(missing)}还没有签署，本人签署后部门再签。", code="not_signed_by_both")
    Signature.objects.create(mentorship=row, side=Side.OFFICE, user=actor)
    row.state = State.SIGNED
    row.save(update_fields=["state"])
    record("mentorship.sign", actor=actor, target=row, side=Side.OFFICE)
    tell_pair(row, "师带徒协议已签订", f"{row.from_on:%Y年%-m月%-d日}起可以开始带教。")
    return row


def refuse_party(row: Mentorship, actor) -> None:
    """Nobody decides for the office about himself."""
    if actor in pair_of(row):
        raise ValidationError("不能代表部门办理自己的师带徒，请由另一人办理。", code="own_mentorship")


@transaction.atomic
def begin(mentorship: Mentorship, *, actor) -> Mentorship:
    row = locked(mentorship)
    if side_of(row, actor) != Side.MENTOR:
        raise PermissionDenied("由师傅本人开始带教。")
    if row.state != State.SIGNED:
        raise ValidationError(f"协议现为“{row.get_state_display()}”，三方签订后才能开始。", code="wrong_state")
    if timezone.localdate() < row.from_on:
        raise ValidationError(f"协议自{row.from_on:%Y年%-m月%-d日}起，到时再开始。", code="too_early")
    row.state = State.ACTIVE
    row.save(update_fields=["state"])
    record("mentorship.begin", actor=actor, target=row)
    tell_pair(row, "带教已开始", "每次带教后请在手机上写日志。", but=actor)
    return row
