from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.utils import timezone

from lms.audit.services import record
from lms.people.models import Officer, OrgUnit, Posting


@transaction.atomic
def transfer(officer: Officer, unit: OrgUnit, *, actor, reason: str, on: date | None = None) -> Posting:
    """Close the current primary posting and open one in the new unit, from today or an earlier day.

    Access follows at once: everything is scoped by `Officer.unit`. Hours stay where they are.
    """
    on = on or timezone.localdate()
    officer = Officer.objects.select_for_update(of=("self",)).select_related("unit").get(pk=officer.pk)
    if on > timezone.localdate():
        raise ValidationError("调动日期不能晚于今天，请在生效当日办理。", code="future")
    if officer.unit_id == unit.pk:
        raise ValidationError("该人员已在这个单位。", code="same_unit")
    last = officer.postings.filter(is_primary=True).order_by("-during").first()
    if last and last.during.lower and last.during.lower >= on:
        raise ValidationError(f"调动日期应晚于现任职开始日期（{last.during.lower:%Y年%-m月%-d日}）。", code="too_early")
    if last:
        last.during = DateRange(last.during.lower, on)
        last.save(update_fields=["during"])
    old = officer.unit
    officer.unit = unit
    officer.save(update_fields=["unit"])
    posting = officer.postings.create(unit=unit, during=DateRange(on, None), rank=officer.rank, reason=reason)
    record("people.transfer", actor=actor, target=officer, old=old.code, new=unit.code, on=str(on), reason=reason)
    return posting


@transaction.atomic
def follow_ranks(today: date) -> list[Posting]:
    """Whoever rose or fell in rank where he is, by file or by form, has a posting of the new rank from today."""
    stale = Posting.objects.current().filter(during__startswith__lt=today).exclude(rank__in=["", F("officer__rank")])
    in_service = Officer.objects.in_service().exclude(rank="")
    rows = stale.filter(officer__in=in_service).select_related("officer", "unit").select_for_update(of=("self",))
    return [_follow_rank(posting, today) for posting in rows.order_by("pk")]


def _follow_rank(posting: Posting, today: date) -> Posting:
    officer, end = posting.officer, posting.during.upper
    old, posting.during = posting.get_rank_display(), DateRange(posting.during.lower, today)
    posting.save(update_fields=["during"])
    opened = officer.postings.create(
        unit=posting.unit, during=DateRange(today, end), rank=officer.rank, reason="职级变动"
    )  # fmt: skip
    record("people.follow_rank", actor="系统", target=officer, old=old, new=officer.get_rank_display(), on=str(today))
    return opened
