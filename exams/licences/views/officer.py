"""我的执法证: where it stands, until when, why not yet, and what may be done about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from exams.licences.eligibility import is_met
from exams.licences.forms.applying import LostForm, OwnForm
from exams.licences.machine import HELD, STARTS
from exams.licences.models import Application, EnforcementCertificate, Transition
from exams.licences.services.applying import Wish, apply, withdraw
from exams.licences.services.eligibility import ASSESSED, certificate_of, findings_of, kind_for
from exams.licences.services.steps import VERBS, Why
from exams.licences.services.suspending import report_lost
from lms.people.models import Officer

State = EnforcementCertificate.State
STEPS = ("申请", "单位审核", "市局审核", "报送", "发证")
TRACES = 20
REACHED = {"APPLIED": 1, "UNIT_REVIEWED": 2, "BUREAU_REVIEWED": 3, "SUBMITTED": 4}
TONES: dict[str, str] = {
    State.ISSUED: "ok", State.RENEWAL_DUE: "due", State.SUSPENDED: "bad", State.REVOKED: "bad", State.LOST: "due",
    State.CANCELLED: "due",
}  # fmt: skip


def own_officer(request) -> Officer:
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员有自己的执法证。")
    return officer


@login_required
@require_safe
def mine(request):
    return render(request, "licences/mine.html", _page(own_officer(request)))


def _page(officer: Officer, own: OwnForm | None = None) -> dict:
    certificate = certificate_of(officer)
    last = certificate.applications.first()
    open_now = last if last and last.is_under_way else None
    kind = kind_for(certificate)
    try:
        findings, fault = findings_of([certificate], timezone.localdate(), kind)[certificate.pk], ""
    except ValidationError as refusal:
        findings, fault = [], " ".join(refusal.messages)
    starts = certificate.state == STARTS[kind] or certificate.state in ASSESSED
    before = officer.licences.exclude(pk=certificate.pk).order_by("-ended_on").first()
    return {
        "place": "me", "officer": officer, "certificate": certificate, "application": open_now,
        "returned": last if last and last.state == Application.State.RETURNED else None,
        "kind": Application.Kind(kind), "findings": [] if not starts else findings, "fault": fault,
        "may_apply": starts and not open_now and not fault and is_met(findings),
        "met": sum(one.is_met for one in findings), "tone": _tone(certificate), "steps": _steps(open_now),
        "may_report": certificate.state in (State.ISSUED, State.RENEWAL_DUE), "is_held": certificate.state in HELD,
        "may_withdraw": bool(open_now) and open_now.state == Application.State.APPLIED,
        "trail": _trail(officer), "before": before, "form": own or OwnForm(initial={"area": _area(certificate)}),
    }  # fmt: skip


def _tone(certificate: EnforcementCertificate) -> str:
    return "bad" if certificate.is_expired else TONES.get(certificate.state, "")


def _area(certificate: EnforcementCertificate) -> str:
    """What it says now, or the district."""
    if certificate.area:
        return certificate.area
    path = certificate.officer.unit.city_level_path
    unit = type(certificate.officer.unit).objects.filter(path=path).values_list("name", flat=True).first()
    return (unit or "").removesuffix("城管执法局")


def _steps(application: Application | None) -> list[dict]:
    if application is None:
        return []
    reached = REACHED[application.state]
    return [
        {"label": label, "is_done": number < reached, "is_now": number == reached} for number, label in enumerate(STEPS)
    ]


def _trail(officer: Officer) -> list[dict]:
    """What happened to it, newest first; assessments made by night are no news."""
    rows = Transition.objects.filter(certificate__officer=officer).exclude(verb__in=("qualify", "disqualify"))
    return [{"row": row, "label": VERBS[row.verb]} for row in rows[:TRACES]]


@login_required
@require_POST
def apply_own(request):
    officer, form = own_officer(request), OwnForm(request.POST)
    if not form.is_valid():
        return render(request, "licences/mine.html", _page(officer, form), status=422)
    try:
        apply(officer, Wish(form.cleaned_data["area"], form.cleaned_data["note"]), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "申请已提交，等待单位审核。")
    return redirect("licences:mine")


@login_required
@require_POST
def withdraw_own(request, pk: int):
    rows = Application.objects.filter(certificate__officer=own_officer(request))
    try:
        withdraw(get_object_or_404(rows, pk=pk), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "申请已撤回。")
    return redirect("licences:mine")


@login_required
def lost(request):
    """Named with its consequence before it is done."""
    certificate = certificate_of(own_officer(request))
    form = LostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report_lost(certificate, Why(request.user, form.cleaned_data["reason"]))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, "已挂失。补证前不得上岗执法，请申请补证。")
        return redirect("licences:mine")
    return render(request, "licences/lost.html", {"place": "me", "certificate": certificate, "form": form})
