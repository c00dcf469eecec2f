from datetime import date

from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.sittings.filters import CandidateFilters, GroupFilters, OverrideFilters
from exams.sittings.forms.candidates import GroupForm, OverrideForm
from exams.sittings.forms.exams import ReasonForm
from exams.sittings.models import Candidate, CandidateGroup, Exam, TimeOverride
from exams.sittings.services.candidates import RUN, defer, remove_candidate
from exams.sittings.services.overrides import add_group, approve_override, propose_override, set_members
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet
from lms.people.models import Officer

DECIDE = "sittings.decide_exam"


def fact(name: str):
    return lambda row: row.facts.get(name, "")


def standing_of(row) -> str:
    """Where a candidate stands: what is registered of him, or how far his attempt is."""
    if row.state != Candidate.State.EXPECTED:
        return row.get_state_display()
    attempt = getattr(row, "attempt", None)
    return attempt.get_state_display() if attempt else "未备卷"


def seat_of(row) -> str:
    return f"{row.hall} {row.seat}号" if row.hall else ""


def said_of(row) -> str:
    said = []
    if row.is_open_ended:
        said.append("不设结束时间")
    if row.closes_at:
        said.append(f"{timezone.localtime(row.closes_at):%Y年%-m月%-d日 %H:%M}结束")
    if row.limit_minutes is not None:
        said.append(f"时长{row.limit_minutes}分钟" if row.limit_minutes else "时长不限")
    return "，".join(said)


class ByOffice(AddOnlyPolicy):
    """Other times are proposed by whoever runs the exam."""

    def user_has_permission(self, user, action):
        return user.has_perm(RUN) if action == "add" else super().user_has_permission(user, action)


def is_expected(row) -> bool:
    return row.state == Candidate.State.EXPECTED


class CandidatePage(InspectView):
    def get_field_display_value(self, field_name, field):
        return (
            facts_in_words(self.object) if field_name == "facts" else super().get_field_display_value(field_name, field)
        )


def facts_in_words(row) -> str:
    """What he was on the day he was entered."""
    facts = row.facts
    lists = (("rank", Officer.Rank), ("source", Officer.Source), ("status", Officer.Status))
    words = [str(dict(choices.choices).get(facts.get(name, ""), "")) for name, choices in lists]
    entered = f"{date.fromisoformat(facts['entered_on']):%Y年%-m月%-d日}入职" if facts.get("entered_on") else ""
    return "，".join(word for word in (facts.get("unit_name", ""), *words, entered) if word) or "—"


class CandidateViewSet(ScopedViewSet):
    model = Candidate
    policy_class = ReadOnlyPolicy
    icon = "user"
    counted_in = "名考生"
    list_display = [
        Column("number", label="准考证号", sort_key="number"),
        Column("officer", label="姓名", sort_key="officer__name"),
        Column("staff_no", label="人员编号", accessor="officer.staff_no", sort_key="officer__staff_no"),
        Column("unit", label="报考时单位", accessor=lambda row: row.facts.get("unit_name") or str(row.unit), sort_key="unit__path"),
        Column("sitting", label="场次", sort_key="sitting__opens_at"),
        Column("seat", label="考场座位", accessor=seat_of, sort_key="hall"),
        Column("turn", label="第几次"),
        Column("standing", label="状态", accessor=standing_of, sort_key="state"),
    ]  # fmt: skip
    search_fields = ["number", "officer__name", "officer__staff_no"]
    filterset_class = CandidateFilters
    inspect_view_class = CandidatePage
    inspect_view_fields = [
        "number", "officer", "facts", "exam", "sitting", "hall", "seat", "turn", "state", "reason",
    ]  # fmt: skip
    actions = (
        Action(
            "defer", "登记缓考", RUN, defer,
            lambda row: f"{row.officer}（{row.number}）登记缓考，座位和名额空出来；以后可编入补考，不占次数。",
            ReasonForm, is_expected, "date",
        ),
        Action(
            "remove", "移出名单", RUN, remove_candidate,
            lambda row: f"{row.officer}（{row.number}）移出“{row.sitting}”的名单。已备卷的不能移出。",
            is_open=lambda row: is_expected(row) and not hasattr(row, "attempt"), icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("officer", "unit", "exam__unit", "sitting__exam", "hall", "attempt")

    def url_after(self, result):
        if isinstance(result, Exam):
            return reverse("exam:inspect", args=[result.pk])
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class GroupViewSet(ScopedViewSet):
    model = CandidateGroup
    icon = "group"
    counted_in = "组"
    add_label = "新建考生组"
    list_display = [
        "name",
        Column("exam", label="考试", sort_key="exam__title"),
        Column("members", label="考生", accessor=lambda row: f"{row.people}人"),
    ]
    search_fields = ["name", "exam__title"]
    filterset_class = GroupFilters
    inspect_view_fields = ["name", "exam", "members"]
    services = {
        "add": lambda form, actor: add_group(form.instance, form.members, actor=actor),
        "change": lambda form, actor: set_members(form.instance, form.members, actor=actor),
    }

    def read(self, rows):
        return rows.select_related("exam__unit").with_people()

    def get_form_class(self, for_update=False):
        return GroupForm


class OverrideViewSet(ScopedViewSet):
    model = TimeOverride
    policy_class = ByOffice
    icon = "time"
    counted_in = "项"
    add_label = "新增个别时间安排"
    list_display = [
        Column("whose", label="给谁", accessor=lambda row: str(row.group or row.candidate), sort_key="candidate"),
        Column("exam", label="考试", sort_key="exam__title"),
        Column("says", label="安排", accessor=said_of),
        "reason",
        Column("made_by", label="经办人"), Column("checked_by", label="批准人"),
        Column("state", label="状态", accessor=lambda row: "已批准" if row.is_checked else "待批准"),
    ]  # fmt: skip
    search_fields = ["reason", "exam__title"]
    filterset_class = OverrideFilters
    inspect_view_fields = [
        "exam", "candidate", "group", "closes_at", "limit_minutes", "is_open_ended", "reason", "made_by", "made_at",
        "checked_by", "checked_at",
    ]  # fmt: skip
    services = {"add": lambda form, actor: propose_override(form.instance, actor=actor)}
    actions = (
        Action(
            "approve", "批准", DECIDE, approve_override,
            lambda row: f"{row.group or row.candidate}：{said_of(row)}。批准后立即生效，正在答题的截止时间随之改变。",
            is_open=lambda row: not row.is_checked, icon="check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("exam__unit", "candidate__officer", "group", "made_by", "checked_by")

    def get_form_class(self, for_update=False):
        return OverrideForm
