"""课程开发 on the phone: what I make, what my unit can take on, and my review tasks."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.development.forms.outputs import AuthorsForm, ClaimForm, UploadForm, written
from courses.development.models import (
    Claim,
    CourseDevelopmentGroup,
    CrowdCall,
    DevelopmentProject,
    Milestone,
    Output,
    PeerReview,
    Work,
)
from courses.development.services.authors import entries_of, name_authors
from courses.development.services.calls import claim_place, give_up, upload_claim
from courses.development.services.groups import finish_milestone, may_keep
from courses.development.services.projects import submit_project
from courses.development.services.rights import CLAIM
from courses.development.services.works import masking_of, submit_work
from lms.people.models import OrgUnit

SHOWN = 20
CHILDREN = {"claim": Claim, "developmentproject": DevelopmentProject, "work": Work}


def said(request, refusal: ValidationError) -> None:
    messages.error(request, " ".join(refusal.messages))


def claiming_units(user):
    """For which a user may take on a place."""
    return OrgUnit.objects.filter(pk__in={unit.pk for unit in user.scope(CLAIM)})


def open_calls(user):
    units = user.scope(CLAIM)
    return (
        CrowdCall.objects.open_to(units).filter(due_on__gte=timezone.localdate()).with_counts().select_related("unit")
    )


@login_required
@never_cache
def home(request):
    user = request.user
    context = {
        "place": "me", "today": timezone.localdate(),
        "reviews": PeerReview.objects.of(user).to_do().select_related("submission__output"),
        "sent": PeerReview.objects.of(user).sent().count(),
        "calls": open_calls(user),
        "claims": Claim.objects.own(user).select_related("call", "unit")[:SHOWN],
        "projects": DevelopmentProject.objects.own(user).with_milestones().select_related("group")[:SHOWN],
        "works": Work.objects.own(user)[:SHOWN],
        "groups": CourseDevelopmentGroup.objects.filter(members__officer__user=user, members__until=None).with_counts(),
    }  # fmt: skip
    return render(request, "development/home.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def call(request, pk: int):
    units = claiming_units(request.user)
    row = get_object_or_404(open_calls(request.user), pk=pk)
    form = ClaimForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            claim = claim_place(row, form.cleaned_data["unit"], form.cleaned_data["title"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"已认领，{claim.due_on:%Y年%-m月%-d日}前交稿。请先填写署名。")
            return redirect("development:output", claim.pk)
    own = row.claims.filter(unit__in=units).select_related("unit")
    context = {"place": "me", "row": row, "form": form, "own": own, "free": max(row.target - row.taken, 0)}
    return render(request, "development/call_page.html", context)


def own_output(user, pk: int):
    """One's own, as what it is."""
    output = get_object_or_404(Output.objects.own(user) | _of_groups(user), pk=pk)
    for name, model in CHILDREN.items():
        if hasattr(output, name):
            return model.objects.select_related("unit", "host", "made_by", *_JOINED.get(name, ())).get(pk=pk), name
    return output, "output"


_JOINED = {"claim": ("call",), "developmentproject": ("group", "course", "version"), "work": ("courseware",)}


def _of_groups(user):
    """Projects of one's group are seen by all of it."""
    return Output.objects.filter(pk__in=DevelopmentProject.objects.own(user).values("pk")).not_judged_by(user)


@login_required
@never_cache
def output(request, pk: int):
    row, name = own_output(request.user, pk)
    submissions = list(row.submissions.prefetch_related("reviews").order_by("-number"))
    for one in submissions:
        one.sent = [review for review in one.reviews.all() if review.sent_at and not review.released_at]
    entries = {entry.evidence: entry for entry in entries_of(row)}
    authors = list(row.contributors.select_related("officer"))
    for one in authors:
        one.entry = entries.get(one.evidence)
    context = {
        "place": "me", "row": row, "name": name, "authors": authors, "submissions": submissions,
        "today": timezone.localdate(), "may_name": not row.is_checked and may_still_change(row, name),
        **extras(row, name, request.user),
    }  # fmt: skip
    return render(request, "development/output_page.html", context)


def may_still_change(row, name: str) -> bool:
    if name == "claim":
        return row.state in Claim.IN_HAND
    return row.stage not in ("PUBLISHED", "STOPPED") if name == "developmentproject" else True


def extras(row, name: str, user) -> dict:
    if name == "developmentproject":
        return {"milestones": row.milestones.all(), "may_keep": may_keep(user, row)}
    if name == "work":
        return {"masking": masking_of(row)}
    return {"upload": UploadForm()} if name == "claim" and row.state in Claim.IN_HAND else {}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def authors(request, pk: int):
    row, _ = own_output(request.user, pk)
    form = AuthorsForm(request.POST or None, initial={"authors": written(row)})
    if request.method == "POST" and form.is_valid():
        try:
            name_authors(row, form.cleaned_data["authors"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "署名已保存。")
            return redirect("development:output", pk)
    return render(request, "development/authors_page.html", {"place": "me", "row": row, "form": form})


@login_required
@require_POST
def upload(request, pk: int):
    row, name = own_output(request.user, pk)
    if name != "claim":
        raise Http404
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请选择课件文件和形式。")
    else:
        try:
            made = upload_claim(row, form.cleaned_data["kind"], form.cleaned_data["file"], actor=request.user)
            messages.success(request, f"第{made.number}稿已提交，等候评审。")
        except ValidationError as refusal:
            said(request, refusal)
    return redirect("development:output", pk)


STEPS: dict[tuple[str, str], tuple[Callable, str]] = {
    ("claim", "give_up"): (give_up, "已放弃认领，名额重新开放。"),
    ("developmentproject", "submit"): (submit_project, "已送审。"),
    ("work", "submit"): (submit_work, "已送审。"),
}


@login_required
@require_POST
def step(request, pk: int, action: str):
    row, name = own_output(request.user, pk)
    if (name, action) not in STEPS:
        raise Http404
    service, told = STEPS[name, action]
    try:
        service(row, actor=request.user)
        messages.success(request, told)
    except ValidationError as refusal:
        said(request, refusal)
    return redirect("development:output", pk)


@login_required
@require_POST
def milestone(request, pk: int):
    """Ticked off by a member or by the office; nobody else knows of it."""
    row = get_object_or_404(Milestone.objects.select_related("group__unit", "project__group__unit"), pk=pk)
    parent = row.project or row.group
    if parent is None or not may_keep(request.user, parent):
        raise Http404
    try:
        finish_milestone(row, actor=request.user)
        messages.success(request, f"“{row}”已完成。")
    except ValidationError as refusal:
        said(request, refusal)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "development:home")
