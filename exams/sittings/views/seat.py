"""One candidate, as his invigilator deals with him. What he answered is not to be seen here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from exams.sittings.forms import hall as forms
from exams.sittings.models import Attempt, Candidate, Hall
from exams.sittings.services.compensating import propose_compensation
from exams.sittings.services.hall import collect, move_seat, seats_of
from exams.sittings.services.incidents import propose_voiding, report_incident
from exams.sittings.services.rescuing import import_unsent, not_counted, propose_acceptance
from exams.sittings.services.starting import database_now

COMPENSATE, REPORT, RUN = "sittings.compensate_exam", "sittings.add_incident", "sittings.run_exam"
DECIDE = "sittings.decide_exam"


@dataclass(frozen=True)
class Deed:
    """`form(candidate, data, files)` and `act(candidate, form, actor)`; `rights`, of which one is enough."""

    title: str
    button: str
    rights: tuple[str, ...]
    form: Callable
    act: Callable
    told: str
    needs_attempt: bool = False


def _report(candidate, form, actor):
    form.instance.candidate, form.instance.at = candidate, timezone.now()
    report_incident(form.instance, actor=actor)


def _void(candidate, form, actor):
    form.instance.candidate = candidate
    propose_voiding(form.instance, actor=actor)


def _events(candidate):
    return not_counted(candidate.attempt)


DEEDS = {
    "compensate": Deed(
        "补时", "提出补时", (COMPENSATE, RUN), lambda candidate, *data: forms.CompensationForm(*data),
        lambda candidate, form, actor: propose_compensation(form.compensation(candidate), actor=actor),
        "已提出，主考批准后考生15秒内可见。",
    ),
    "report": Deed(
        "记录情况", "记入考场记录", (REPORT, RUN), lambda candidate, *data: forms.IncidentForm(*data), _report,
        "已记录。记录本身不影响成绩。",
    ),
    "move": Deed(
        "换座或换机", "换座", (COMPENSATE, RUN), lambda candidate, *data: forms.MoveForm(*data, candidate=candidate),
        lambda candidate, form, actor: move_seat(
            candidate, form.cleaned_data["hall"], form.cleaned_data["seat"], actor=actor, reason=form.cleaned_data["reason"]
        ),
        "已换座。考生在新设备登录后选“在这里接着答”，试卷、答案和时间不变。",
    ),
    "collect": Deed(
        "收卷", "现在收卷", (COMPENSATE, RUN), lambda candidate, *data: forms.ReasonForm(*data),
        lambda candidate, form, actor: collect(candidate.attempt, actor=actor, reason=form.cleaned_data["reason"]),
        "已收卷，已保存的答案全部计入。", needs_attempt=True,
    ),
    "import": Deed(
        "导入应急文件", "导入", (COMPENSATE, RUN), lambda candidate, *data: forms.UnsentForm(*data),
        lambda candidate, form, actor: import_unsent(candidate.attempt, form.cleaned_data["file"].read(), actor=actor),
        "已作为凭据存入，要计入须在下面提出并由主考批准。", needs_attempt=True,
    ),
    "accept": Deed(
        "采用没有计入的作答", "提出采用", (COMPENSATE, RUN),
        lambda candidate, *data: forms.AcceptForm(*data, events=_events(candidate)),
        lambda candidate, form, actor: propose_acceptance(
            candidate.attempt, [int(one) for one in form.cleaned_data["events"]], form.cleaned_data["reason"], actor=actor
        ),
        "已提出，等主考批准。", needs_attempt=True,
    ),
    "void": Deed(
        "提出作废", "提出作废这份答卷", (RUN, DECIDE), lambda candidate, *data: forms.VoidingForm(*data, candidate=candidate),
        _void, "已提出，等另一人决定。作废前不影响考生作答。", needs_attempt=True,
    ),
}  # fmt: skip


@login_required
@never_cache
def candidate(request, pk: int):
    """Everything that can be done about one candidate; each deed is a form of its own."""
    watched = Hall.objects.watched_by(request.user)
    rows = Candidate.objects.filter(hall__in=watched) | Candidate.objects.within(request.user, RUN)
    found = get_object_or_404(rows.select_related("officer", "hall", "sitting__exam", "exam", "unit").distinct(), pk=pk)
    attempt = Attempt.objects.filter(candidate=found).first()
    done, forms_shown = request.GET.get("do", ""), {}
    for name, deed in DEEDS.items():
        if not _may(request.user, deed) or (deed.needs_attempt and attempt is None):
            continue
        is_this = request.method == "POST" and name == done
        data = (request.POST, request.FILES) if is_this else ()
        forms_shown[name] = (deed, deed.form(found, *data))
    if request.method == "POST":
        if done not in forms_shown:
            raise PermissionDenied
        if _carried_out(request, found, *forms_shown[done]):
            return redirect(request.path)
    seat = seats_of(Candidate.objects.filter(pk=pk), database_now())[0]
    context = {
        "candidate": found, "attempt": attempt, "seat": seat, "deeds": forms_shown, "done": done,
        "incidents": found.incidents.select_related("reported_by"), "late": _events(found) if attempt else [],
        "compensations": found.compensations.select_related("made_by", "checked_by"),
        "signals": attempt.signals.order_by("-id")[:20] if attempt else [],
    }  # fmt: skip
    return render(request, "sittings/seat.html", context, status=422 if request.method == "POST" else 200)


def _may(user, deed: Deed) -> bool:
    return any(user.has_perm(right) for right in deed.rights)


def _carried_out(request, found: Candidate, deed: Deed, form) -> bool:
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            deed.act(found, form, request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    messages.success(request, deed.told)
    return True
