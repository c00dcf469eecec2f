from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.results.filters import ReleaseFilters
from exams.results.forms.office import ReasonForm
from exams.results.models import ExamAppeal, Release
from exams.results.services.figures import figures_of
from exams.results.services.obstacles import due, obstacles
from exams.results.services.releasing import carry_out, refuse_release
from exams.results.terms import last_day, small_group, version_on
from exams.sittings.services.absence import resit_list
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

CHECK = "results.check_release"


def state_of(row) -> str:
    if row.refused_at:
        return "已退回"
    return "已发布" if row.is_checked else "待复核"


def sittings_of(row) -> str:
    return "、".join(f"第{one.number}场" for one in row.sittings.all())


def is_open(row) -> bool:
    return row.is_open


def to_be_told(row) -> int:
    return row.people if row.is_checked else due(row.exam, row.sittings.all()).count()


class ReleasePage(InspectView):
    template_name = "results/release.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        sittings = list(row.sittings.order_by("number"))
        version = row.rule_version or version_on(timezone.localdate())
        least = small_group(version)
        may_act = Release.objects.within(user, CHECK).filter(pk=row.pk).exists()
        actions = self.viewset.open_actions(row, user) if may_act else []
        return super().get_context_data(**kwargs) | {
            "row": row, "exam": row.exam, "sittings": sittings_of(row), "state": state_of(row),
            "people": to_be_told(row), "least": least,
            "obstacles": obstacles(row.exam, sittings) if row.is_open else [],
            "figures": figures_of(row.exam, least) if row.is_checked else None,
            "windows": self.windows(version) if row.is_checked else [],
            "appeals": ExamAppeal.objects.filter(attempt__released__release=row).count(),
            "again": len(resit_list(row.exam)) if row.is_checked else 0,
            "acts": [{"label": action.label, "url": url} for action, url in actions],
        }  # fmt: skip

    def windows(self, version):
        told = self.object.checked_at
        kinds = ExamAppeal.Kind
        return [(kind.label, last_day(version, kind, told)) for kind in (kinds.ARITHMETIC, kinds.QUESTION)]


class ReleaseViewSet(ScopedViewSet):
    model = Release
    policy_class = ReadOnlyPolicy
    icon = "check"
    counted_in = "次发布"
    list_display = [
        Column("exam", label="考试", sort_key="exam__title"),
        Column("sittings", label="场次", accessor=sittings_of),
        Column("feedback", label="告知考生", accessor="get_feedback_display", sort_key="feedback"),
        Column("people", label="已告知", accessor=lambda row: f"{row.people}人"),
        Column("made_by", label="经办人"), Column("checked_by", label="复核人"),
        Column("checked_at", label="发布时间", sort_key="checked_at"),
        Column("state", label="状态", accessor=state_of),
    ]  # fmt: skip
    search_fields = ["exam__title"]
    filterset_class = ReleaseFilters
    inspect_view_class = ReleasePage
    inspect_view_fields = ["exam"]
    actions = (
        Action(
            "check", "复核并发布", CHECK, carry_out,
            lambda row: f"将向{to_be_told(row):,}人发布“{row.exam}”的成绩。发布后只能通过复核、更正或作废改变。",
            is_open=is_open, icon="check",
        ),
        Action(
            "refuse", "退回", CHECK, refuse_release, lambda row: f"退回“{row.exam}”的这项发布，成绩不告知考生。",
            ReasonForm, is_open, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        joined = rows.select_related("exam__unit", "exam__blueprint", "made_by", "checked_by", "rule_version")
        return joined.prefetch_related("sittings").with_people()

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])
