"""师带徒 at the console: the page of one, and the board by unit."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from wagtail.admin.views.generic import InspectView

from instructors.mentorship.models import Mentorship, Rating, Side
from instructors.mentorship.services.agreements import side_of, terms_of
from instructors.mentorship.services.board import VIEW, Board, build_board
from instructors.mentorship.services.completion import entries_of
from instructors.mentorship.services.telling import SIGN
from instructors.mentorship.terms import CREDIT
from lms.audit.services import record
from lms.rules.models import RuleVersion
from lms.sheets.export import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_YEAR, LAST_YEAR = 2000, 2100
HEADINGS = ["单位", "中队数", "有师带徒的中队", "覆盖率", "待签署", "带教中", "已出徒", "已终止", "师傅"]
TONES = {"ACTIVE": "blue", "COMPLETED": "ok", "TERMINATED": "bad", "PROPOSED": "due", "ASSESSED": "due"}
LOGS_SHOWN = 40


class MentorshipPage(InspectView):
    template_name = "mentorship/mentorship.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        phases = list(row.phases.prefetch_related("signatures__user", "observations").select_related("rating"))
        signed = {one.side: one for one in row.signatures.filter(phase=None).select_related("user")}
        may_read = Mentorship.objects.within(user, SIGN).filter(pk=row.pk).exists()
        return super().get_context_data(**kwargs) | {
            "row": row, "phases": phases, "tone": TONES.get(row.state, ""),
            "signatures": [(label, signed.get(code)) for code, label in Side.choices],
            "acts": [{"label": act.label, "url": url} for act, url in self.viewset.open_actions(row, user)],
            "may_edit": row.state == "PROPOSED" and not signed and user.has_perm("mentorship.change_mentorship"),
            # A mentor who also holds a duty must not read here what his apprentice said of him.
            "shows_ratings": may_read and side_of(row, user) != Side.MENTOR,
            "logs": row.logs.all()[:LOGS_SHOWN], "log_total": row.logs.count(), "full": terms_of(row).full_marks,
            "praise": Rating.objects.of_mentor(row.mentor).summed_up(), "terms": terms_of(row),
            "credit": RuleVersion.objects.in_force(CREDIT, timezone.localdate()),
            "entries": entries_of(row).select_related("officer").order_by("officer", "occurred_on", "pk"),
        }  # fmt: skip


def _board(request) -> Board:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() else timezone.localdate().year
    found = build_board(request.user, min(max(year, FIRST_YEAR), LAST_YEAR))
    if found is None:
        raise Http404
    return found


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def board(request):
    found, this = _board(request), timezone.localdate().year
    return render(request, "mentorship/board.html", {"board": found, "years": range(this - 2, this + 2)})


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def export(request):
    found = _board(request)
    rows = [_cells(line, line.unit.name) for line in found.lines] + [_cells(found.total, "合计")]
    record("mentorship.export_board", actor=request.user, target=found.total.unit, year=found.year)
    notes = [f"{found.year}年师带徒，截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}"]
    content = write_xlsx("师带徒", HEADINGS, rows, notes=notes)
    disposition = f'attachment; filename="mentorship-{found.year}.xlsx"'
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def _cells(line, name: str) -> list:
    share = f"{line.share:.1f}%（{len(line.covered)}/{line.teams}个）" if line.teams else ""
    return [name, line.teams, len(line.covered), share, line.waiting, line.running, line.completed, line.terminated,
            len(line.mentors)]  # fmt: skip
