"""The office's page of a class's learners: who asks, who has a seat, who waits; and whom to put in."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from courses.training.clashes import LIVE, worded
from courses.training.filters import DutyFilters
from courses.training.forms.enrollment import AddForm
from courses.training.models import Enrollment, TrainingClass, TrainingDuty
from courses.training.seats import Seats
from courses.training.services.assigning import by_staff_numbers
from courses.training.services.enrollment import (
    ENROLL,
    Answer,
    Source,
    Way,
    approve_many,
    enroll_many,
    reject_many,
    units_of,
    withdraw_many,
)
from courses.training.services.proof import proof_of
from lms.audit.services import record
from lms.sheets.export import write_xlsx

VIEW = "training.view_enrollment"
PER_PAGE, NAMED = 100, 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ["姓名", "人员编号", "单位", "来源", "状态", "候补顺位", "冲突提示", "仍安排的理由", "报名时间", "理由"]
Class, State = TrainingClass, Enrollment.State


def holders_only(permission: str):
    """Wagtail would turn a PermissionDenied into a redirect to its home page."""

    def decorate(view):
        @wraps(view)
        @login_required
        def guarded(request, *args, **kwargs):
            try:
                if not request.user.has_perm(permission):
                    raise PermissionDenied
                return view(request, *args, **kwargs)
            except PermissionDenied:
                return render(request, "403.html", status=403)

        return guarded

    return decorate


def classes_for(user) -> QuerySet[TrainingClass]:
    """Classes of one's own, and those that have seats for one's people."""
    rows = Class.objects.visible_to(user)
    units = units_of(user)
    if units:
        rows |= Class.objects.filter(pk__in=Class.objects.offered_to(units).values("pk"))
    return rows.select_related("unit", "plan_item", "head_teacher").distinct()


def is_ours(user, training_class: TrainingClass) -> bool:
    return Class.objects.within(user, ENROLL).filter(pk=training_class.pk).exists()


def rows_to_act_on(user, training_class: TrainingClass) -> QuerySet[Enrollment]:
    """All learners for the office of the class, its own people for any other."""
    of_class = user.scope_filter(ENROLL, "training_class__unit")
    return training_class.enrollments.filter(of_class | user.scope_filter(ENROLL, "unit"))


def shown(request, training_class: TrainingClass) -> QuerySet[Enrollment]:
    """Filters live in the address; the queue stands in its order."""
    rows = training_class.enrollments.visible_to(request.user).distinct()
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state in State.values:
        rows = rows.filter(state=state)
    if request.GET.get("clash"):
        rows = rows.exclude(warnings=[])
    if words:
        names = ("officer__name", "officer__staff_no", "guest__name", "guest__affiliation", "unit__name")
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": words})
        rows = rows.filter(found)
    return rows.select_related("officer", "guest", "unit", "decided_by").order_by(
        F("waitlisted_at").asc(nulls_first=True) if state == State.WAITLISTED else "unit__path", "pk"
    )


def places(training_class: TrainingClass) -> dict[int, int]:
    waiting = training_class.enrollments.waiting().values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(waiting, start=1)}


@holders_only(VIEW)
@require_safe
def learners(request, pk):
    training_class = get_object_or_404(classes_for(request.user), pk=pk)
    page = Paginator(shown(request, training_class), PER_PAGE).get_page(request.GET.get("page"))
    queue, live = places(training_class), rows_to_act_on(request.user, training_class).filter(state__in=LIVE)
    ours = set(live.values_list("pk", flat=True))
    for row in page:
        row.place, row.clash_words, row.is_ours = queue.get(row.pk), worded(row.warnings), row.pk in ours
    return render(request, "training/enroll.html", learners_context(request, training_class) | {"page": page})


def learners_context(request, training_class: TrainingClass) -> dict:
    user, seats = request.user, Seats(training_class)
    visible = training_class.enrollments.visible_to(user).order_by()
    counts = dict(visible.values_list("state").annotate(number=Count("pk", distinct=True)))
    ours = is_ours(user, training_class)
    is_open = training_class.state in (Class.State.ENROLLING, Class.State.READY)
    return {
        "class": training_class, "row": training_class, "tab": "learners", "seats": seats, "ours": ours,
        "states": [(code, label, counts[code]) for code, label in State.choices if counts.get(code)],
        "total": sum(counts.values()), "state": request.GET.get("state", ""), "q": request.GET.get("q", ""),
        "clash": request.GET.get("clash", ""), "taken": seats.taken.total(),
        "filled": min(100, 100 * seats.taken.total() // training_class.capacity),
        "may_assign": ours and is_open and user.has_perm(ENROLL),
        "may_nominate": not ours and training_class.state == Class.State.ENROLLING and user.has_perm(ENROLL),
        "quotas": _quotas(training_class, seats),
    }  # fmt: skip


def _quotas(training_class: TrainingClass, seats: Seats) -> list[dict]:
    rows = [(quota.unit.name, quota.unit.path, quota.seats) for quota in training_class.quotas.select_related("unit")]
    if rows and seats.shares[""]:
        rows.append(("其他单位共用", "", seats.shares[""]))
    return [{"name": name, "taken": seats.taken[path], "seats": number} for name, path, number in rows]


def class_to_fill(request, pk, *, ours_only: bool) -> TrainingClass:
    training_class = get_object_or_404(classes_for(request.user), pk=pk)
    if ours_only and not is_ours(request.user, training_class):
        raise PermissionDenied
    return training_class


@holders_only(ENROLL)
@require_POST
def decide(request, pk):
    """Approve, reject or take out those who are ticked."""
    act = request.POST.get("act", "")
    training_class = class_to_fill(request, pk, ours_only=act != "withdraw")
    chosen = {int(value) for value in request.POST.getlist("row") if value.isdigit()}
    allowed = set(rows_to_act_on(request.user, training_class).filter(pk__in=chosen).values_list("pk", flat=True))
    if act not in ACTS or allowed != chosen:
        raise Http404
    try:
        done = ACTS[act](request, training_class, sorted(chosen))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return _back(request, training_class)


def _approve(request, training_class, pks) -> str:
    rows = approve_many(training_class, pks, actor=request.user)
    waiting = sum(row.state == State.WAITLISTED for row in rows)
    return f"已批准{len(rows)}人。" + (f"其中{waiting}人因名额已满列入候补。" if waiting else "")


def _reject(request, training_class, pks) -> str:
    rows = reject_many(training_class, pks, actor=request.user, reason=request.POST.get("reason", "")[:200])
    return f"已退回{len(rows)}人，理由已通知本人。"


def _withdraw(request, training_class, pks) -> str:
    if not is_ours(request.user, training_class) and training_class.state != Class.State.ENROLLING:
        raise ValidationError("名单已定，退出请联系主办单位办理。", code="not_enrolling")
    rows = withdraw_many(training_class, pks, actor=request.user, reason=request.POST.get("reason", "")[:200])
    return f"已办理{len(rows)}人退出，空出的名额按候补先后递补。"


ACTS = {"approve": _approve, "reject": _reject, "withdraw": _withdraw}


def _back(request, training_class):
    query = request.GET.urlencode()
    return redirect(f"{learners_url(training_class)}{'?' + query if query else ''}")


def learners_url(training_class) -> str:
    return reverse("training_enrollment:learners", args=[training_class.pk])


@holders_only(ENROLL)
@require_POST
def add(request, pk):
    """By staff numbers: the office of the class assigns, a unit's own office nominates."""
    training_class = class_to_fill(request, pk, ours_only=False)
    form = AddForm(request.POST)
    source = Source.ASSIGNED if is_ours(request.user, training_class) else Source.NOMINATED
    try:
        if not form.is_valid():
            raise ValidationError("请填写人员编号，一次不超过4000字。", code="nobody")
        people = by_staff_numbers(request.user, form.cleaned_data["staff_numbers"])
        answers = enroll_many(training_class, people, Way(source, request.user, form.cleaned_data["reason"]))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        say(request, answers)
    return _back(request, training_class)


def say(request, answers: list[Answer]) -> None:
    made = [answer.enrollment for answer in answers if answer.enrollment]
    numbers = [(label, sum(row.state == state for row in made)) for state, label in State.choices]
    if made:
        messages.success(request, "，".join(f"{label}{number}人" for label, number in numbers if number) + "。")
    refused = [f"{answer.person}：{answer.refusal.message}" for answer in answers if answer.refusal]
    if refused:
        more = f"等{len(refused)}人" if len(refused) > NAMED else ""
        messages.error(request, f"未安排{len(refused)}人。{' '.join(refused[:NAMED])}{more}")


@holders_only(VIEW)
@require_safe
def export(request, pk):
    """Exactly the rows the same address shows, all pages of them."""
    training_class = get_object_or_404(classes_for(request.user), pk=pk)
    queue = places(training_class)
    rows = [
        [
            row.name, row.officer.staff_no if row.officer else "", row.unit.name if row.officer else row.guest.affiliation,
            row.get_source_display(), row.get_state_display(), queue.get(row.pk, ""), worded(row.warnings),
            row.override_reason, timezone.localtime(row.made_at), row.reason,
        ]
        for row in shown(request, training_class)
    ]  # fmt: skip
    record("training.export_enrollments", actor=request.user, target=training_class, rows=len(rows))
    taken = training_class.enrollments.seated().count()
    notes = [
        f"{training_class.title}，{training_class.unit}主办，已录取{taken}/{training_class.capacity}人，本表{len(rows)}人",
        f"截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}",
    ]
    return download(write_xlsx("学员", HEADINGS, rows, notes=notes), f"learners-{training_class.pk}.xlsx")


@holders_only("training.view_trainingduty")
@require_safe
def proof(request):
    """What personnel get back: who owed what, and by which class it was met."""
    rows = DutyFilters(request.GET, TrainingDuty.objects.visible_to(request.user)).qs
    return download(proof_of(rows, request.user), "training-duties.xlsx")


def download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
