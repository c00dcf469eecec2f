"""Reading and printing a paper. Every one of these doors goes through `open_paper`, which writes down who came."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.papers import docx, printing
from exams.papers.models import Paper
from exams.papers.services.sealing import open_paper

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What may be printed: how it is made, what it is called, what it is.
SHEETS: dict[str, tuple[Callable, str, str]] = {
    "paper.pdf": (printing.paper_pdf, "试卷", PDF),
    "card.pdf": (printing.card_pdf, "答题卡", PDF),
    "key.pdf": (printing.key_pdf, "答案", PDF),
    "paper.docx": (docx.paper_docx, "试卷", WORD),
    "key.docx": (docx.key_docx, "答案", WORD),
}


def opened(request, pk: int) -> tuple[Paper, list | HttpResponse]:
    """The paper and its questions, or the page that says why not: looked up out of scope too, to be written down."""
    paper = get_object_or_404(Paper.objects.select_related("snapshot__blueprint__unit"), pk=pk)
    try:
        return paper, open_paper(paper, actor=request.user)
    except ValidationError as refusal:
        if refusal.code == "outside":
            raise Http404
        knows = refusal.code == "sealed"
        return paper, render(request, "papers/refused.html", {"paper": paper if knows else None, "why": refusal.message,
            "back": reverse("paper:inspect", args=[pk]) if knows else reverse("wagtailadmin_home")}, status=403)  # fmt: skip


@require_GET
@never_cache
def read(request, pk):
    paper, items = opened(request, pk)
    if isinstance(items, HttpResponse):
        return items
    keys = {str(item.slot): (printing.key_lines(item.content), item.version.article) for item in items}
    sections = [
        (section, [(one, *keys[one.number]) for one in section.questions]) for section in printing.sections(items)
    ]
    return render(request, "papers/read.html", printing.facts(paper, items) | {"sections": sections})


@require_GET
@never_cache
def sheet(request, pk, name):
    if name not in SHEETS:
        raise Http404
    paper, items = opened(request, pk)
    if isinstance(items, HttpResponse):
        return items
    make, label, kind = SHEETS[name]
    response = HttpResponse(make(paper, items), content_type=kind)
    filename = f"{label}-{paper}.{name.rpartition('.')[2]}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=kind == WORD, filename=filename)
    return response
