"""A file of questions from the console: upload, look at it, confirm."""

import hashlib
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams.bank.formats import excel_out
from exams.bank.formats.reading import MAX_BYTES
from exams.bank.forms.upload import UploadForm
from exams.bank.models import QuestionBank
from exams.bank.services.importing import Outcome, import_questions, read_questions, weigh, write_drafts
from exams.bank.types import LABELS
from exams.bank.views.listed import XLSX
from exams.bank.views.preview import as_candidate
from lms.people import upload as uploads

PURPOSE = "question_import"  # one kind of file is never taken for another

IMPORT = "bank.import_question"
CHOSEN, DONE = "bank_import", "bank_import_done"
SHOWN_NOTES, SHOWN_QUESTIONS = 200, 6
UNITS = {"row": "行", "line": "行"}


@dataclass
class Chosen:
    """A file on its way in, and what was chosen for it."""

    upload: uploads.Upload
    bank: QuestionBank
    format: str
    by_row: bool

    def read(self) -> Outcome:
        return weigh(read_questions(self.upload.read(), self.upload.filename, self.format), self.bank)

    def fingerprint(self, outcome: Outcome) -> str:
        """What the preview promised: the same file, bank and way, and as many questions to write."""
        reading = outcome.reading
        told = [
            self.upload.sha256,
            self.bank.pk,
            self.format,
            self.by_row,
            len(reading.drafts),
            outcome.known,
            len(reading.errors),
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def chosen(request, token: str) -> Chosen:
    """Raises Http404 for a token that is not of this session's upload, and for a bank that is not the user's."""
    upload = uploads.find(request.session, token, PURPOSE)
    about = request.session.get(CHOSEN, {})
    bank = get_object_or_404(banks(request.user), pk=about.get("bank"))
    return Chosen(upload, bank, about["format"], about["by_row"])


def banks(user):
    return QuestionBank.objects.visible_to(user).within(user, IMPORT)


@login_required
@require_http_methods(["GET", "POST"])
@permission_required(IMPORT, raise_exception=True)
def upload(request):
    form = UploadForm(request.POST or None, request.FILES or None, banks=banks(request.user))
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        kept = uploads.keep(request.session, fields["file"].name, fields["file"].read(), PURPOSE)
        request.session[CHOSEN] = {
            "bank": fields["bank"].pk,
            "format": fields["format"],
            "by_row": bool(fields["by_row"]),
        }
        return redirect("bank_import:preview", kept.token)
    status = 422 if form.is_bound else 200
    return render(request, "bank/upload.html", {"form": form, "max_mb": MAX_BYTES >> 20}, status=status)


@login_required
@require_GET
@permission_required(IMPORT, raise_exception=True)
def preview(request, token: str):
    found = chosen(request, token)
    return _preview_page(request, found, found.read())


def _preview_page(request, found: Chosen, outcome: Outcome, *, refusal: str = ""):
    reading, told = outcome.reading, outcome.as_dict()
    fresh = len(reading.drafts) - outcome.known
    notes = [
        (label, kind, getattr(reading, name)[:SHOWN_NOTES], len(getattr(reading, name)))
        for label, kind, name in (
            ("错误", "bad", "errors"),
            ("不支持的题", "due", "unsupported"),
            ("提示", "", "warnings"),
        )
    ]
    context = {
        "found": found, "outcome": outcome, "refusal": refusal, "fingerprint": found.fingerprint(outcome),
        "by_type": [(LABELS[kind], count) for kind, count in told["by_type"].items()],
        "notes": [one for one in notes if one[3]], "fresh": fresh, "unit": UNITS[reading.unit],
        "can_write": fresh and (outcome.is_clean or found.by_row),
        "samples": [
            (draft, as_candidate(draft.content, draft.place), f"sample{at}")
            for at, draft in enumerate(reading.drafts[:SHOWN_QUESTIONS])
        ],
    }  # fmt: skip
    return render(request, "bank/import_preview.html", context, status=409 if refusal else 200)


@login_required
@require_POST
@permission_required(IMPORT, raise_exception=True)
def confirm(request, token: str):
    """Write what the preview showed, if that is still what would be written."""
    if request.session.get(DONE, {}).get("token") == token:
        return redirect("bank_import:done")
    found = chosen(request, token)
    outcome = found.read()
    if request.POST.get("fingerprint") != found.fingerprint(outcome):
        return _preview_page(
            request, found, outcome, refusal="预览之后题库或文件有变化，没有写入任何内容，请重新核对。"
        )
    data, write = found.upload.read(), write_drafts if found.by_row else import_questions
    outcome = read_questions(data, found.upload.filename, found.format)
    try:
        write(outcome, data, found.upload.filename, bank=found.bank, actor=request.user)
    except ValidationError as refusal:
        return _preview_page(request, found, found.read(), refusal=" ".join(refusal.messages))
    uploads.discard(request.session, PURPOSE)
    request.session[DONE] = {
        "token": token, "filename": found.upload.filename, "bank": found.bank.pk, "bank_name": found.bank.name,
        "written": outcome.written, "known": outcome.known, "errors": len(outcome.reading.errors),
        "unsupported": len(outcome.reading.unsupported),
    }  # fmt: skip
    return redirect("bank_import:done")


@login_required
@require_POST
@permission_required(IMPORT, raise_exception=True)
def cancel(request, token: str):
    uploads.find(request.session, token, PURPOSE)
    uploads.discard(request.session, PURPOSE)
    messages.info(request, "已放弃导入，文件已删除。")
    return redirect("bank_import:upload")


@login_required
@require_GET
@permission_required(IMPORT, raise_exception=True)
def done(request):
    finished = request.session.get(DONE)
    if not finished:
        return redirect("bank_import:upload")
    return render(request, "bank/import_done.html", {"done": finished})


@login_required
@require_GET
@permission_required(IMPORT, raise_exception=True)
def template(request):
    headers = {"Content-Disposition": 'attachment; filename="questions-template.xlsx"'}
    return HttpResponse(excel_out.template(), content_type=XLSX, headers=headers)
