"""Writing a question and its next version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from exams.bank.formats.markup import plain
from exams.bank.forms.kinds import FORMS
from exams.bank.forms.question import FactsForm, StartForm
from exams.bank.models import Question
from exams.bank.services.editing import ADD, CHANGE, Wording, add_question, add_version, change_facts, with_same_stem
from exams.bank.services.review import newest
from exams.bank.types import LABELS
from lms.kit.viewsets import refuse

SHOWN = 5


@login_required
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
def add(request):
    start = StartForm(request.GET if "type" in request.GET else None, user=request.user)
    if not start.is_valid():
        return render(request, "bank/start.html", {"form": start})
    bank, kind = start.cleaned_data["bank"], start.cleaned_data["type"]
    more = {"kinds": start.kinds} if kind == "case" else {}
    wording = FORMS[kind](request.POST or None, **more)
    facts = FactsForm(request.POST or None, user=request.user)
    alike = _alike(request, wording)
    if _both_valid(wording, facts) and not alike:
        question = _written(
            wording, lambda: add_question(bank, _said(wording, facts), facts.facts(), actor=request.user)
        )
        if question:
            messages.success(request, "试题已保存，等待审题。")
            return redirect("question:inspect", question.pk)
    return _form_page(request, wording, facts, bank=bank, kind=LABELS[kind], alike=alike)


@login_required
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def edit(request, pk: int):
    rows = Question.objects.visible_to(request.user).within(request.user, CHANGE).select_related("bank")
    question = get_object_or_404(rows, pk=pk)
    version = newest(question)
    wording = FORMS[question.type](request.POST or None, was=version.content)
    facts = FactsForm(request.POST or None, user=request.user, instance=question, version=version)
    alike = _alike(request, wording, question)
    if _both_valid(wording, facts) and not alike:
        told = _written(wording, lambda: _change(question, wording, facts, request.user))
        if told:
            messages.success(request, told)
            return redirect("question:inspect", question.pk)
    about = {"question": question, "bank": question.bank, "kind": LABELS[question.type], "alike": alike}
    return _form_page(request, wording, facts, **about)


def _both_valid(wording, facts) -> bool:
    return all([wording.is_bound, wording.is_valid(), facts.is_valid()])


def _alike(request, wording, beside: Question | None = None) -> list[Question]:
    """Others that read the same, until the setter has said that this is meant."""
    if not wording.is_bound or not wording.is_valid() or request.POST.get("is_meant"):
        return []
    found = with_same_stem(plain(wording.content["stem"]), request.user, beside=beside)
    return list(found.select_related("bank")[:SHOWN])


def _said(wording, facts) -> Wording:
    return Wording(wording.content, facts.cleaned_data["sources"], facts.cleaned_data["article"])


def _written(wording, write):
    try:
        return write()
    except ValidationError as refusal:
        refuse(wording, refusal)
        return None


def _change(question: Question, wording, facts, actor) -> str:
    """Where it belongs changes at once; another wording is a version for review."""
    change_facts(question, facts.facts(), actor=actor)
    try:
        version = add_version(question, _said(wording, facts), actor=actor)
    except ValidationError as refusal:
        if refusal.code != "unchanged":
            raise
        return "归类已保存，题目内容没有变化。"
    return f"第{version.number}版已保存，等待审题；现在在用的版本（如有）在启用新版之前不变。"


def _form_page(request, wording, facts, **about):
    status = 422 if request.method == "POST" else 200
    return render(request, "bank/edit.html", {"wording": wording, "facts": facts, **about}, status=status)
