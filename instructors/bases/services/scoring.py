"""Who scores an application, and what they give. Reviewers know nothing of each other."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from instructors.bases.models import BaseReview, ScoreSheet
from instructors.bases.querysets import home_paths
from instructors.bases.scoring import final_score, needs_third
from instructors.bases.services.offices import deciders_of, tell
from instructors.bases.services.reviews import State, locked, page_of
from instructors.bases.terms import terms_for
from lms.audit.services import record
from lms.people.access import ROLES, Role
from lms.people.models import RoleGrant, User

FIRST = 2
SCORE = "bases.score_basereview"
SIGHT = {"bases.view_scoresheet", "bases.view_basereview"}
SEEING = [role for role, grantable in ROLES.items() if grantable.permissions & SIGHT]


def is_at_home(user: User, unit) -> bool:
    return any(unit.path.startswith(path) for path in home_paths(user))


def sees_scores(user: User, review: BaseReview) -> bool:
    """An overseer cannot score blindly."""
    rows = BaseReview.objects.filter(pk=review.pk)
    return any(rows.within(user, permission).exists() for permission in SIGHT)


def candidates(review: BaseReview) -> QuerySet[User]:
    """Reviewers of other districts who have not scored this turn."""
    grants = RoleGrant.objects.current().filter(role=Role.BASE_REVIEWER)
    path = review.unit.city_level_path
    taken = review.sheets.filter(turn=review.turn).values("reviewer")
    rows = User.objects.filter(role_grants__in=grants, is_active=True).exclude(pk__in=taken)
    at_home = grants.filter(unit__path__startswith=path).values("user")
    rows = rows.exclude(pk__in=at_home).exclude(officer__unit__path__startswith=path)
    overseers = RoleGrant.objects.current().filter(role__in=SEEING)
    seeing = [grant.user_id for grant in overseers.filter(user__in=rows).select_related("unit") if _covers(grant, path)]
    return rows.exclude(pk__in=seeing).distinct().order_by("username")


def _covers(grant: RoleGrant, path: str) -> bool:
    return path.startswith(grant.unit.path) or grant.unit.path.startswith(path)


def refuse_unfit(user: User, review: BaseReview) -> None:
    if not user.has_perm(SCORE):
        raise ValidationError(f"{user}不是基地评审员。", code="not_a_reviewer")
    if is_at_home(user, review.unit):
        raise ValidationError(f"{user}属于申报单位所在区，应当回避，请改派其他区的评审员。", code="own_district")
    if sees_scores(user, review):
        raise ValidationError(f"{user}看得到其他人的评分，不能盲评，请改派他人。", code="sees_scores")


def _record(review: BaseReview, action: str, actor: User, **detail) -> None:
    """In the city's log: the district's own would tell it who scores, and how much."""
    record(f"bases.{action}", actor=actor, target=review, unit=review.unit.get_root(), **detail)


@transaction.atomic
def assign_reviewers(review: BaseReview, reviewers: Sequence[User], *, actor: User) -> list[ScoreSheet]:
    """Two to begin with; both may be named at once or one after the other."""
    review = locked(review, State.SCORING)
    present = review.sheets.filter(turn=review.turn).count()
    if len({user.pk for user in reviewers}) != len(reviewers) or present + len(reviewers) > FIRST:
        raise ValidationError("每次评分由两名不同的评审员进行，已派满的不再加派。", code="two_reviewers")
    return [_assign(review, user, actor) for user in reviewers]


@transaction.atomic
def assign_third(review: BaseReview, reviewer: User, *, actor: User) -> ScoreSheet:
    """Only where the two are further apart than the rule allows."""
    review = locked(review, State.SCORING)
    if not waits_for_third(review):
        raise ValidationError("两名评审员的评分没有超过规定的差额，不需要第三人。", code="not_needed")
    return _assign(review, reviewer, actor, is_third=True)


def _assign(review: BaseReview, user: User, actor: User, *, is_third: bool = False) -> ScoreSheet:
    refuse_unfit(user, review)
    if review.sheets.filter(turn=review.turn, reviewer=user).exists():
        raise ValidationError(f"{user}已在本次评分之中。", code="two_reviewers")
    sheet = ScoreSheet.objects.create(
        review=review, turn=review.turn, reviewer=user, is_third=is_third, assigned_by=actor
    )
    _record(review, "assign_reviewer", actor, reviewer=str(user), turn=review.turn, third=is_third)
    tell(
        [user],
        f"请为基地评分：{review}",
        "请按评分细则到现场评分。",
        link=reverse("bases_scoring:sheet", args=[sheet.pk]),
    )
    return sheet


@transaction.atomic
def take_back(sheet: ScoreSheet, *, actor: User) -> BaseReview:
    """A reviewer who cannot come; what is handed in stays."""
    review = locked(sheet.review, State.SCORING)
    sheet = ScoreSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if sheet.is_submitted:
        raise ValidationError("评分表已提交，不能收回。", code="submitted")
    _record(review, "take_back_sheet", actor, reviewer=str(sheet.reviewer))
    sheet.delete()
    return review


def totals_of(review: BaseReview) -> list[int]:
    """What was handed in for the present turn, the third last; of a prefetched review without a query."""
    sheets = [sheet for sheet in review.sheets.all() if sheet.turn == review.turn and sheet.is_submitted]
    return [sheet.total for sheet in sorted(sheets, key=lambda sheet: (sheet.is_third, sheet.pk))]


def waits_for_third(review: BaseReview) -> bool:
    if review.rule_version is None:
        return False
    return needs_third(totals_of(review), terms_for(review).gap)


def score_of(review: BaseReview):
    return final_score(totals_of(review), terms_for(review).gap) if review.rule_version else None


@transaction.atomic
def save_sheet(sheet: ScoreSheet, points: dict[str, int], remarks: str, *, actor: User) -> ScoreSheet:
    """As often as wanted until it is handed in; only by its own reviewer."""
    sheet = _mine(sheet, actor)
    most = sheet.review.checklist.points
    if set(points) - set(most) or any(not 0 <= value <= most[key] for key, value in points.items()):
        raise ValidationError("得分应在0和该条的满分之间。", code="points")
    sheet.points, sheet.remarks = points, remarks
    sheet.save(update_fields=["points", "remarks"])
    return sheet


@transaction.atomic
def submit_sheet(sheet: ScoreSheet, *, actor: User) -> ScoreSheet:
    """Final. With the last one the application waits for a decision, or for a third reviewer."""
    review = locked(sheet.review, State.SCORING)
    sheet = _mine(sheet, actor)
    missing = set(review.checklist.points) - set(sheet.points)
    if missing:
        raise ValidationError(f"还有{len(missing)}条没有评分，逐条评完后再提交。", code="incomplete")
    if not sheet.remarks.strip():
        raise ValidationError("请写评语：主要优点、问题和建议。", code="no_remarks")
    sheet.submitted_at = timezone.now()
    sheet.save(update_fields=["submitted_at"])
    _record(review, "submit_sheet", actor, sheet=sheet.pk, total=sheet.total, turn=sheet.turn)
    _go_on(review)
    return sheet


def _mine(sheet: ScoreSheet, actor: User) -> ScoreSheet:
    rows = ScoreSheet.objects.assigned_to(actor).select_related("review__checklist", "review__unit")
    found = rows.select_for_update(of=("self",)).filter(pk=sheet.pk).first()
    if found is None:
        raise PermissionDenied
    if found.is_submitted:
        raise ValidationError("评分表已提交，不能再改。", code="submitted")
    if found.turn != found.review.turn or found.review.state != State.SCORING:
        raise ValidationError("这次评分已结束。", code="wrong_state")
    return found


def _go_on(review: BaseReview) -> None:
    review = BaseReview.objects.select_related("rule_version", "unit").get(pk=review.pk)
    if waits_for_third(review):
        gap = terms_for(review).gap
        tell(
            deciders_of(review.unit), f"两人评分相差超过{gap}分：{review}", "请加派第三名评审员。", link=page_of(review)
        )
    elif score_of(review) is not None:
        review.state = State.SCORED
        review.save(update_fields=["state"])
        tell(deciders_of(review.unit), f"评分完成，待决定：{review}", link=page_of(review))
