"""工作室 at the console: the page of one, the page of a review with its score sheet, and the board against the target."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from wagtail.admin.views.generic import InspectView

from instructors.studios.forms import ScoreForm
from instructors.studios.models import InstructorStudio, ScoreSheet, StudioReview, Work
from instructors.studios.scoring import TARGET, TARGETS
from instructors.studios.services.reviews import SCORE, is_concerned, score_review, sheet_of
from instructors.studios.services.studios import CHANGE, VIEW
from lms.audit.services import record
from lms.kit.viewsets import refuse
from lms.rules.services import rule_value
from lms.sheets.export import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ["工作室", "单位", "领衔人", "状态", "成员", "本年计划完成", "本年成果", "届满日期"]
TONES = {"PROPOSED": "due", "ACTIVE": "blue", "REVIEWED": "ok", "DISSOLVED": "bad"}


class StudioPage(InspectView):
    template_name = "studios/studio.html"

    def get_context_data(self, **kwargs):
        row, user, today = self.object, self.request.user, timezone.localdate()
        counts = dict(row.outputs.order_by().values_list("kind").annotate(Count("pk")))
        may_work = InstructorStudio.objects.within(user, CHANGE).filter(pk=row.pk).exists()
        return super().get_context_data(**kwargs) | {
            "row": row, "tone": TONES[row.state], "year": today.year,
            "acts": [{"label": act.label, "url": url} for act, url in self.viewset.open_actions(row, user)],
            "members": row.members.select_related("instructor__officer", "instructor__unit"), "today": today,
            "plan": row.plan_items.filter(year__gte=today.year - 1), "outputs": row.outputs.select_related("mentorship"),
            "counts": [(label, counts.get(code, 0)) for code, label in Work.choices],
            "reviews": row.reviews.with_sheet_count().select_related("rule_version"),
            "may_work": may_work and row.is_running, "may_edit": may_work and row.state != "DISSOLVED",
        }  # fmt: skip


class ReviewPage(InspectView):
    template_name = "studios/review.html"

    def get_context_data(self, **kwargs):
        review, user = self.object, self.request.user
        sheet = sheet_of(review)
        shown = list(ScoreSheet.objects.shown_to(user, review, sheet.reviewers))
        is_full = review.sheet_count >= sheet.reviewers
        totals = [one.total for one in shown] if is_full else []
        return super().get_context_data(**kwargs) | {
            "review": review, "sheet": sheet, "sheets": shown, "is_full": is_full, "mean": sheet.mean(totals),
            "is_apart": sheet.is_apart(totals), "is_concerned": is_concerned(review, user),
            "may_score": may_score(review, sheet, user, shown),
            "acts": [{"label": act.label, "url": url} for act, url in self.viewset.open_actions(review, user)],
            "lines": [(item, [one.scores[place] for one in shown]) for place, item in enumerate(sheet.items)],
            "year_plan": review.studio.plan_items.filter(year=review.year),
            "year_outputs": review.studio.outputs.filter(on__year=review.year),
        }  # fmt: skip


def may_score(review: StudioReview, sheet, user, shown) -> bool:
    is_free = not review.decision and review.sheet_count < sheet.reviewers
    has_scored = any(one.reviewer_id == user.pk for one in shown)
    return user.has_perm(SCORE) and is_free and not has_scored and not is_concerned(review, user)


@login_required
@permission_required(SCORE, raise_exception=True)
def score(request, pk):
    rows = StudioReview.objects.visible_to(request.user).within(request.user, SCORE)
    review = get_object_or_404(rows.select_related("studio__lead", "studio__unit", "rule_version"), pk=pk)
    if is_concerned(review, request.user):
        raise PermissionDenied("领衔人和成员不能评审本工作室。")
    form = ScoreForm(request.POST or None, sheet=sheet_of(review))
    if request.method == "POST" and form.is_valid():
        try:
            saved = score_review(review, *form.answers, actor=request.user, comment=form.cleaned_data["comment"])
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"评分表已提交，总分{saved.total}分。")
            return redirect("studioreview:inspect", pk)
    context = {
        "review": review, "form": form, "year_plan": review.studio.plan_items.filter(year=review.year),
        "year_outputs": review.studio.outputs.filter(on__year=review.year), "sheet": sheet_of(review),
    }  # fmt: skip
    return render(request, "studios/score.html", context)


def _studios(user):
    today = timezone.localdate()
    rows = InstructorStudio.objects.visible_to(user).select_related("unit", "lead")
    return rows.with_year(today.year, today)


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def board(request):
    """The city's number against the city's target; the cards are those of one's own units."""
    today = timezone.localdate()
    try:
        target = int(Decimal(rule_value(TARGETS, TARGET, today)))
    except LookupError:
        target = None
    rows = list(_studios(request.user))
    running = InstructorStudio.objects.running()
    reviewed = running.filter(reviews__year=today.year, reviews__decision="KEPT").count()
    context = {
        "studios": [row for row in rows if row.is_running], "proposed": [row for row in rows if row.state == "PROPOSED"],
        "dissolved": [row for row in rows if row.state == "DISSOLVED"], "target": target, "actual": running.count(),
        "reviewed": reviewed, "year": today.year, "planned": sum(row.planned for row in rows if row.is_running),
        "done": sum(row.done for row in rows if row.is_running),
        "output_count": sum(row.output_count for row in rows if row.is_running),
    }  # fmt: skip
    return render(request, "studios/board.html", context | {"share": _share(context["actual"], target)})


def _share(actual: int, target: int | None) -> float:
    return min(100 * actual / target, 100) if target else 0


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def export(request):
    rows = [
        [row.name, row.unit.name, row.lead.name, row.get_state_display(), row.member_count,
         f"{row.done}/{row.planned}项", row.output_count, row.until_on]
        for row in _studios(request.user)
    ]  # fmt: skip
    record("studios.export_board", actor=request.user, target="studios", rows=len(rows))
    notes = [f"师资工作室，共{len(rows)}个，截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}"]
    content = write_xlsx("师资工作室", HEADINGS, rows, notes=notes)
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="studios.xlsx"'}
    )
