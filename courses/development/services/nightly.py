"""What the night does: claims that lapse, and a word to whoever has something to finish."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from courses.development.models import Claim, CrowdCall, Milestone, PeerReview
from courses.development.services.calls import lapse_overdue
from courses.development.services.rights import authors_of, page_of, tell
from courses.development.terms import days


@dataclass
class Night:
    lapsed: int = 0
    reminded: int = 0


def run_night() -> Night:
    today = timezone.localdate()
    calls = CrowdCall.objects.filter(pk__in=Claim.objects.overdue(today).values("call")).order_by("pk")
    night = Night(lapsed=sum(len(lapse_overdue(call)) for call in calls))
    soon = today + timedelta(days=days("remind_days", today))
    night.reminded = _remind_claims(soon) + _remind_reviewers(soon) + _remind_leads(today)
    return night


def _remind_claims(soon) -> int:
    rows: QuerySet[Claim] = Claim.objects.in_hand().filter(due_on__lte=soon).select_related("made_by")
    return sum(
        tell(
            authors_of(claim), f"请按期交稿：{claim}", f"{claim.due_on:%Y年%-m月%-d日}截止，逾期名额重新开放。",
            link=page_of(claim), once_key=f"development.claim_due:{claim.pk}:{claim.due_on}",
        )
        for claim in rows
    )  # fmt: skip


def _remind_reviewers(soon) -> int:
    rows = PeerReview.objects.to_do().filter(due_on__lte=soon).select_related("reviewer", "submission__output")
    return sum(
        tell(
            [row.reviewer], f"请完成评审：{row.submission.output}", f"{row.due_on:%Y年%-m月%-d日}到期。",
            link=reverse("development:review", args=[row.pk]), once_key=f"development.review_due:{row.pk}:{row.due_on}",
        )
        for row in rows
    )  # fmt: skip


def _remind_leads(today) -> int:
    rows = Milestone.objects.overdue(today).select_related("group__lead__user", "project__group__lead__user")
    told = 0
    for row in rows.exclude(group__state="DISSOLVED").exclude(project__stage__in=["PUBLISHED", "STOPPED"]):
        group = row.group or row.project.group
        words = f"应于{row.due_on:%Y年%-m月%-d日}完成。"
        told += tell(
            [group.lead.user],
            f"节点逾期：{row.project or group} {row}",
            words,
            once_key=f"development.milestone:{row.pk}:{row.due_on}",
        )
    return told
