"""师带徒 on the phone: what the two people see of it, sign, and write down."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from instructors.mentorship.forms import ReplyForm
from instructors.mentorship.models import Mentorship, MentorshipPhase, Rating, Side
from instructors.mentorship.services.agreements import begin, side_of, sign_agreement
from instructors.mentorship.services.completion import entries_of
from instructors.mentorship.services.phases import missing_before_signing
from instructors.mentorship.terms import CREDIT
from lms.rules.models import RuleVersion
from lms.rules.services import rule_value

LOGS_SHOWN = 60
SURVEY = "R39"


def own(user):
    people = ("mentor__unit", "apprentice__unit", "mentor__user", "apprentice__user", "unit", "rule_version")
    return Mentorship.objects.of(user).select_related(*people)


def tried(request, done: str, service: Callable, *args, **kwargs) -> bool:
    try:
        service(*args, actor=request.user, **kwargs)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    messages.success(request, done)
    return True


@login_required
@require_safe
def mine(request):
    rows = own(request.user).with_counts()
    officer = getattr(request.user, "officer", None)
    context = {
        "place": "me", "officer": officer, "live": [row for row in rows if row.is_live],
        "over": [row for row in rows if not row.is_live], "praise": praise_of(officer) if officer else None,
    }  # fmt: skip
    return render(request, "mentorship/mine.html", context)


def praise_of(officer) -> dict | None:
    """A mentor's mean, once enough different apprentices gave one: a single rating would name its author."""
    found = Rating.objects.of_mentor(officer).summed_up()
    if not found["ratings"]:
        return None
    least = int(rule_value(SURVEY, "minimum", timezone.localdate()))
    return found | {"least": least, "is_open": found["people"] >= least}


@login_required
@require_safe
def one(request, pk):
    row = get_object_or_404(own(request.user).with_counts(), pk=pk)
    side = side_of(row, request.user)
    phases = list(row.phases.prefetch_related("signatures__user", "observations").select_related("rating"))
    current = next((phase for phase in phases if phase.closed_at is None), None) if row.state == "ACTIVE" else None
    if current:
        current.mentorship = row
    signed = {one.side: one for one in row.signatures.filter(phase=None).select_related("user")}
    context = {
        "place": "me", "row": row, "side": side, "is_mentor": side == Side.MENTOR, "phases": phases, "current": current,
        "signatures": [(label, signed.get(code)) for code, label in Side.choices],
        "may_sign": row.state == "PROPOSED" and side not in signed, "today": timezone.localdate(),
        "logs": row.logs.select_related("phase")[:LOGS_SHOWN], "form": ReplyForm(),
        "missing": missing_before_signing(current) if current else [],
        "step": step_of(current, side) if current else "",
        "credit": RuleVersion.objects.in_force(CREDIT, timezone.localdate()),
        "entries": entries_of(row).filter(officer__user=request.user).order_by("occurred_on", "pk"),
    }  # fmt: skip
    return render(request, "mentorship/one.html", context)


def step_of(phase: MentorshipPhase, side: str) -> str:
    """What this side does next to end the phase."""
    if any(signature.side == side for signature in phase.signatures.all()):
        return "signed"
    if side == Side.APPRENTICE and not hasattr(phase, "rating"):
        return "rate"
    return "sign"


@login_required
@require_POST
def sign(request, pk):
    row = get_object_or_404(own(request.user), pk=pk)
    tried(request, "已签署。", sign_agreement, row)
    return redirect("mentoring:one", pk)


@login_required
@require_POST
def start(request, pk):
    row = get_object_or_404(own(request.user), pk=pk)
    tried(request, "带教已开始，请徒弟每次带教后写日志。", begin, row)
    return redirect("mentoring:one", pk)
