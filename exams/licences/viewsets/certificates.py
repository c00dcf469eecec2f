from collections.abc import Callable

from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.licences.filters import CertificateFilters, ProposalFilters, TransitionFilters
from exams.licences.forms.handling import DecideForm, EffectiveForm, ReasonForm, SuspendForm
from exams.licences.machine import CERTIFICATE, HELD
from exams.licences.models import CancellationProposal, EnforcementCertificate, Transition
from exams.licences.services.ending import cancel, decide_proposal, propose_by_unit, revoke
from exams.licences.services.steps import VERBS, Why
from exams.licences.services.suspending import report_lost, resume, suspend
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

SUSPEND, KEEP, CANCEL, REVOKE = (
    f"licences.{verb}_enforcementcertificate" for verb in ("suspend", "keep", "cancel", "revoke")
)
PROPOSE = "licences.propose_cancellation"


def by_form(service: Callable):
    """A verb as the console calls it: with what was filled in as its grounds."""

    def act(row, *, actor, reason: str, on=None, **more):
        return service(row, Why(actor, reason, on=on), **more)

    return act


def may(verb: str) -> Callable:
    return lambda row: (row.state, verb) in CERTIFICATE


def _of(row) -> str:
    return f"{row.officer.name}的执法证（证号{row.number}，有效期至{row.valid_until:%Y年%-m月%-d日}）"


def _proposable(row) -> bool:
    return row.state in HELD and row.officer_id is not None


class CertificatePage(InspectView):
    template_name = "licences/certificate.html"

    def get_context_data(self, **kwargs):
        row = self.object
        applications = row.applications.select_related("made_by", "unit_reviewed_by", "bureau_reviewed_by")
        traces = [{"row": one, "label": VERBS[one.verb]} for one in row.transitions.all()]
        acts = self.viewset.open_actions(row, self.request.user)
        return super().get_context_data(**kwargs) | {
            "row": row, "applications": applications, "traces": traces, "proofs": row.proofs.all(),
            "proposals": row.proposals.select_related("decided_by"),
            "acts": [{"label": act.label, "url": url} for act, url in acts],
        }  # fmt: skip


class CertificateViewSet(ScopedViewSet):
    model = EnforcementCertificate
    policy_class = ReadOnlyPolicy
    icon = "key"
    counted_in = "人"
    list_display = [
        Column("officer", label="姓名", sort_key="officer__name_pinyin"),
        Column("staff_no", label="人员编号", accessor="officer.staff_no", sort_key="officer__staff_no"),
        Column("unit", label="单位", accessor="officer.unit", sort_key="officer__unit__path"),
        Column("number", label="证号", sort_key="number"),
        Column("area", label="执法区域"),
        Column("state_label", label="状态", accessor="state_label", sort_key="state"),
        Column("valid_until", label="有效期至", sort_key="valid_until"),
        Column("task", label="换证课程", accessor=lambda row: row.renewal_task.title if row.renewal_task else ""),
    ]  # fmt: skip
    search_fields = ["officer__name", "officer__staff_no", "number"]
    filterset_class = CertificateFilters
    inspect_view_class = CertificatePage
    inspect_view_fields = ["officer", "number", "kind", "area", "state", "issued_on", "valid_from", "valid_until"]
    actions = (
        Action(
            "suspend", "暂扣", SUSPEND, by_form(suspend),
            lambda row: f"{_of(row)}将暂扣，期间不得上岗执法，已聘任的教员同时停止授课；在办的申请一并终止。通知本人。",
            SuspendForm, may("suspend"), "lock",
        ),
        Action(
            "resume", "恢复", SUSPEND, by_form(resume), lambda row: f"{_of(row)}恢复有效，本人可上岗执法。",
            EffectiveForm, may("resume"), "lock-open",
        ),
        Action(
            "lose", "挂失", KEEP, by_form(report_lost),
            lambda row: f"{_of(row)}挂失后即失效，补证前不得上岗执法。找回的旧证也不再有效。", EffectiveForm,
            may("report_lost"), "warning",
        ),
        Action(
            "propose", "建议注销", PROPOSE, propose_by_unit,
            lambda row: f"建议注销{_of(row)}，由市局处理。处理前仍然有效。", ReasonForm, _proposable, "bin",
        ),
        Action(
            "cancel", "注销", CANCEL, by_form(cancel),
            lambda row: f"{_of(row)}注销后不能恢复，本人即不得上岗执法；再需要的，重新申领。", EffectiveForm,
            may("cancel"), "cross",
        ),
        Action(
            "revoke", "吊销", REVOKE, by_form(revoke),
            lambda row: f"{_of(row)}吊销后不能恢复，本人不得上岗执法和授课，规定年限内不得再申领。", EffectiveForm,
            may("revoke"), "no-view",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("officer__unit", "renewal_task")


class TransitionViewSet(ScopedViewSet):
    """Everything that was ever done to a certificate."""

    model = Transition
    policy_class = ReadOnlyPolicy
    icon = "history"
    list_display = [
        Column("officer", label="姓名", accessor="certificate.officer.name", sort_key="certificate__officer__name_pinyin"),
        Column("unit", label="单位", accessor="certificate.officer.unit", sort_key="certificate__officer__unit__path"),
        Column("verb", label="办理", accessor=lambda row: VERBS[row.verb], sort_key="verb"),
        Column("from_state", label="原状态", accessor="get_from_state_display"),
        Column("to_state", label="新状态", accessor="get_to_state_display"),
        Column("reason", label="理由"), Column("actor", label="办理人"),
        Column("effective_on", label="生效日期", sort_key="effective_on"), Column("at", label="办理时间", sort_key="at"),
    ]  # fmt: skip
    search_fields = ["certificate__officer__name", "certificate__officer__staff_no", "certificate__number", "reason"]
    filterset_class = TransitionFilters
    inspect_view_fields = ["certificate", "from_state", "to_state", "reason", "actor", "effective_on", "at"]

    def read(self, rows):
        return rows.select_related("certificate__officer__unit")


class ProposalViewSet(ScopedViewSet):
    """注销建议: what the night, a unit or a voided exam says against a certificate."""

    model = CancellationProposal
    policy_class = ReadOnlyPolicy
    icon = "warning"
    counted_in = "项"
    list_display = [
        Column("officer", label="姓名", accessor="certificate.officer.name", sort_key="certificate__officer__name_pinyin"),
        Column("unit", label="单位", accessor="certificate.officer.unit", sort_key="certificate__officer__unit__path"),
        Column("number", label="证号", accessor="certificate.number"),
        Column("cause", label="事由", accessor="get_cause_display", sort_key="cause"), Column("note", label="说明"),
        Column("made_by", label="提出"), Column("made_at", label="提出时间", sort_key="made_at"),
        Column("decision", label="处理", accessor=lambda row: row.get_decision_display() or "待处理", sort_key="decision"),
    ]  # fmt: skip
    search_fields = ["certificate__officer__name", "certificate__officer__staff_no", "certificate__number"]
    filterset_class = ProposalFilters
    inspect_view_fields = [
        "certificate", "cause", "note", "made_by", "made_at", "decision", "decided_by", "decided_at", "decision_note",
    ]  # fmt: skip
    actions = (
        Action(
            "decide", "处理", CANCEL, decide_proposal,
            lambda row: f"{_of(row.certificate)}：{row.get_cause_display()}，{row.note}。注销不能恢复；保留须写明理由。",
            DecideForm, lambda row: row.is_open, "check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("certificate__officer__unit", "decided_by")
