"""Who made an output, what each is credited with, and how that is taken back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.development.models import Contributor, Output
from courses.development.services.rights import (
    REVOKE,
    authors_of,
    must_decide,
    must_hold,
    must_work_on,
    page_of,
    tell,
)
from courses.development.shares import check_shares, even_shares
from courses.development.terms import term
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.ledger.models import Entry
from lms.ledger.services.posting import Claim as LedgerClaim
from lms.ledger.services.posting import post_entry, reverse_entry
from lms.people.models import Officer
from lms.rules.models import Layer

RULE = "R11"


class Part(NamedTuple):
    officer: Officer
    is_lead: bool
    share: Decimal


def held(output) -> Output:
    """Its row, locked until the transaction ends."""
    return Output.objects.select_for_update(of=("self",)).select_related("unit", "host", "made_by").get(pk=output.pk)


def evenly(officers: Sequence[Officer]) -> list[Part]:
    """The first leads."""
    shares = even_shares(len(officers), term("lead_percent", timezone.localdate()))
    return [Part(one, number == 0, share) for number, (one, share) in enumerate(zip(officers, shares, strict=True))]


@transaction.atomic
def name_authors(output, parts: Sequence[Part], *, actor) -> Output:
    """Takes the place of what was recorded before."""
    output = held(output)
    must_work_on(actor, output)
    if output.is_checked:
        raise ValidationError("成果已采用，署名和份额不能再改；确有错误的，先撤销采用。", code="adopted")
    lead_percent = term("lead_percent", timezone.localdate())
    check_shares([part.share for part in parts], [part.is_lead for part in parts], lead_percent)
    if len({part.officer.pk for part in parts}) < len(parts):
        raise ValidationError("同一人只署名一次。", code="twice")
    output.contributors.all().delete()
    Contributor.objects.bulk_create(Contributor(output=output, **part._asdict()) for part in parts)
    said = [f"{part.officer.staff_no} {part.share}" for part in parts]
    record("development.name_authors", actor=actor, target=output, authors=said)
    return output


def must_have_authors(output: Output) -> None:
    rows = list(output.contributors.all())
    percent = term("lead_percent", timezone.localdate())
    check_shares([row.share for row in rows], [row.is_lead for row in rows], percent)


@transaction.atomic
def adopt(output, *, actor) -> Output:
    """Mark it as adopted and credit everybody with his share; once."""
    output = held(output)
    must_decide(actor, output)
    if output.revoked_at:
        raise ValidationError("采用已撤销，不能再次采用；请另行登记。", code="revoked")
    must_have_authors(output)
    output = check_by_second_person(output, actor, action="development.adopt", kind=output.kind)
    credit(output)
    tell(authors_of(output), f"成果已采用：{output}", "学分按规则R11和署名份额记入台账。", link=page_of(output))
    return output


def credit(output: Output) -> list[Entry]:
    """A line for every author. The same output again adds nothing: the evidence is known."""
    return [post_entry(one.officer, _claim(output, one)) for one in output.contributors.select_related("officer")]


def _claim(output: Output, one: Contributor) -> LedgerClaim:
    return LedgerClaim(
        rule=RULE, evidence=one.evidence, title=f"{output.get_kind_display()}：{output}"[:120], layer=Layer.UNIT,
        occurred_at=output.checked_at or timezone.now(), posted_by=str(output.checked_by)[:120], timed=False,
        quantity={"output": output.kind, "share": str(one.share / 100)},
    )  # fmt: skip


def entries_of(output: Output):
    evidence = [one.evidence for one in output.contributors.all()]
    return Entry.objects.filter(evidence__in=evidence).select_related("officer", "reversed_by")


@transaction.atomic
def revoke(output, *, actor, reason: str) -> Output:
    """What was adopted is so no longer: every line of it is reversed."""
    output = held(output)
    must_hold(actor, REVOKE, output.host)
    if not output.is_adopted:
        raise ValidationError("成果未采用，或采用已撤销。", code="not_adopted")
    for entry in entries_of(output).filter(reversed_by=None):
        reverse_entry(entry, posted_by=str(actor)[:120], reason=reason[:200])
    output.revoked_at, output.revoke_reason = timezone.now(), reason
    output.save(update_fields=["revoked_at", "revoke_reason"])
    record("development.revoke", actor=actor, target=output, reason=reason)
    tell(authors_of(output), f"撤销采用：{output}", f"理由：{reason}。已记的学分已冲正。", link=page_of(output))
    return output
