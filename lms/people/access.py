"""What each role may do and see: the one place. Groups, page and collection permissions follow from it.

A role's data scope is the unit it was granted for; which rows of a model that opens is decided
by whether the role holds the model's view permission (`User.scope_filter`).
"""

from dataclasses import dataclass

from django.db import models

CONSOLE = "wagtailadmin.access_admin"
PEOPLE = {"people.view_orgunit", "people.view_officer", "people.view_posting"}
LEDGER = {"ledger.view_entry", "ledger.view_obligation", "ledger.view_importedrecord"}
JOBS = {"jobs.view_job", "jobs.change_job"}
NOTICES = {"notices.view_notice", "notices.add_notice", "notices.change_notice", "notices.view_delivery"}
CERTIFICATES = {f"certificates.view_{name}" for name in ("certificate", "certificateevent", "certificatedesign")}
HANDLE_CERTIFICATES = {f"certificates.{name}" for name in ("issue_certificate", "propose_change", "check_change")}
RULES = {"rules.view_rule", "rules.view_ruleversion", "rules.view_regulation", "rules.view_yearlabel"}
REFERENCES = ("topic", "legalsource", "legalsourceversion", "itemcode", "syllabusnode")
CATALOGUE = {"catalogue.view_course", "catalogue.view_courseversion", "catalogue.view_courseware"} | {
    f"catalogue.view_{name}" for name in REFERENCES
}
KEEP_REFERENCES = {f"catalogue.{verb}_{name}" for verb in ("add", "change") for name in REFERENCES}
LEGAL_SOURCES = {name for name in KEEP_REFERENCES if "legalsource" in name}
ASSIGN = {f"learning.{verb}_courseassignment" for verb in ("view", "add", "end", "remind")}
SEE_PLANS = {f"training.view_{name}" for name in ("trainingplan", "planitem", "planchange", "supervisionvisit")}
DRAFT_PLANS = (
    SEE_PLANS
    | {f"training.{verb}_trainingplan" for verb in ("add", "change", "file")}
    | {"training.close_supervisionvisit"}
)
DECIDE_PLANS = (
    DRAFT_PLANS | {"training.approve_trainingplan", "training.accept_trainingplan"} | {"training.add_supervisionvisit"}
)
CLASS_ROWS = ("training.{}_trainingclass", "training.{}_classsession", "pool.{}_instructor", "venues.{}_venue")
SEE_CLASSES = {name.format("view") for name in CLASS_ROWS}
KEEP_CLASSES = SEE_CLASSES | {name.format(verb) for name in CLASS_ROWS for verb in ("add", "change")} | {
    "training.enroll_trainingclass", "training.hold_team_session",
}  # fmt: skip
SEE_POOL = {f"pool.view_{name}" for name in (
    "instructor", "appointment", "selectionround", "nomination", "yearreview", "podiummember",
)}  # fmt: skip
KEEP_POOL = SEE_POOL | {
    "pool.add_instructor", "pool.suspend_instructor", "pool.add_appointment", "pool.check_appointment",
    "pool.end_appointment", "pool.add_selectionround", "pool.change_selectionround", "pool.add_nomination",
    "pool.arrange_trial", "pool.decide_nomination", "pool.add_yearreview", "pool.decide_yearreview",
}  # fmt: skip
BOOK_PLACES = {f"venues.{verb}_booking" for verb in ("view", "add", "change")}
SEE_ROOMS = {"venues.view_booking", "venues.view_venueuse"} | {
    f"classrooms.view_{name}" for name in ("smartclassroom", "roomcheck", "roomequipment")
}
ASSESS_ROOMS = SEE_ROOMS | BOOK_PLACES | {
    "classrooms.assess_smartclassroom", "classrooms.add_roomequipment", "classrooms.change_roomequipment",
}  # fmt: skip
KEEP_ROOMS = ASSESS_ROOMS | {
    "venues.decide_booking", "classrooms.add_smartclassroom", "classrooms.change_smartclassroom",
    "classrooms.verify_roomcheck",
}  # fmt: skip
LEARNERS = {f"training.view_{name}" for name in ("enrollment", "trainingduty", "dutyshift")}
FILL_CLASSES = LEARNERS | {"training.enroll_trainingclass", "training.add_dutyshift"}
SEE_RESULTS = {f"training.view_{name}" for name in ("completion", "teamsession", "assessmentscore")}
COMPLETE = (
    SEE_RESULTS | {f"training.{verb}_trainingclass" for verb in ("check", "post", "cancel")} | {"training.record_score"}
)
SEE_ATTENDANCE = {
    f"training.view_{name}"
    for name in ("attendance", "attendancecorrection", "leaverequest", "dismissalproposal", "appeal")
}
KEEP_ATTENDANCE = SEE_ATTENDANCE | {
    "training.keep_attendance", "training.add_attendancecorrection", "training.check_attendancecorrection",
    "training.decide_leaverequest", "training.decide_dismissal", "training.decide_appeal",
}  # fmt: skip
MENTORING = {f"mentorship.view_{name}" for name in ("mentorship", "mentorshipphase", "logentry", "observation")}
PAIR_UP = MENTORING | {"mentorship.add_mentorship", "mentorship.change_mentorship"}
KEEP_MENTORING = PAIR_UP | {"mentorship.sign_mentorship", "mentorship.complete_mentorship"}
STUDIOS = {
    f"studios.view_{name}"
    for name in ("instructorstudio", "studiomember", "studioplanitem", "studiooutput", "studioreview")
}
KEEP_STUDIOS = STUDIOS | {"studios.add_instructorstudio", "studios.change_instructorstudio"}
DECIDE_STUDIOS = {"studios.decide_instructorstudio", "studios.score_studioreview"}
SEE_BASES = {
    f"bases.view_{name}" for name in ("practicebase", "basereview", "baseround", "basechecklist", "basedecision")
}
APPLY_BASES = {
    "bases.view_practicebase", "bases.view_basereview", "bases.view_baseround", "bases.add_basereview",
    "bases.change_basereview", "catalogue.view_course",
}  # fmt: skip
KEEP_BASES = SEE_BASES | APPLY_BASES | {"bases.pass_basereview", "bases.change_practicebase"}
DECIDE_BASES = {
    "bases.add_baseround", "bases.change_baseround", "bases.add_basechecklist", "bases.approve_basechecklist",
    "bases.decide_basereview", "bases.check_basedecision", "bases.view_scoresheet",
}  # fmt: skip
DEVELOPMENT = {"people.view_orgunit"} | {
    f"development.view_{name}"
    for name in ("coursedevelopmentgroup", "developmentproject", "crowdcall", "claim", "work", "output")
}
MAKE_COURSES = (
    DEVELOPMENT
    | {f"development.{verb}_{name}" for verb in ("add", "change") for name in ("developmentproject", "work")}
    | {"development.add_output"}
)
KEEP_DEVELOPMENT = MAKE_COURSES | {
    "development.add_coursedevelopmentgroup", "development.change_coursedevelopmentgroup",
    "development.approve_coursedevelopmentgroup", "development.add_crowdcall", "development.change_crowdcall",
    "development.open_crowdcall", "development.claim_crowdcall", "development.decide_output", "development.revoke_output",
    "development.check_maskingcertificate", "development.view_peerreview",
}  # fmt: skip
CLAIM_PLACES = {"development.view_crowdcall", "development.view_claim", "development.claim_crowdcall"}
BANK = {"people.view_orgunit"} | {
    f"bank.view_{name}" for name in ("questionbank", "question", "questionversion", "importbatch")
}
PAPERS = {"papers.view_blueprint", "papers.view_banksnapshot", "papers.view_paper", "papers.view_forbiddenpair"}
SEE_LICENCES = {
    f"licences.view_{name}"
    for name in ("enforcementcertificate", "application", "applicationbatch", "transition", "cancellationproposal")
}
SEE_STANDING = {"licences.view_officerstanding", "licences.view_levelresult"}
SEE_EXCHANGE = {f"licences.view_{name}" for name in ("submission", "resultfile", "resultline")}
EXCHANGE_LICENCES = SEE_EXCHANGE | {
    "licences.add_submission", "licences.add_resultfile", "licences.export_levelresult",
}  # fmt: skip
APPLY_LICENCES = SEE_LICENCES | SEE_STANDING | {"licences.add_application", "licences.keep_enforcementcertificate"}
REVIEW_LICENCES = APPLY_LICENCES | {"licences.review_application", "licences.propose_cancellation"}
DECIDE_LICENCES = REVIEW_LICENCES | {"licences.approve_application"} | {
    f"licences.{verb}_enforcementcertificate" for verb in ("suspend", "cancel", "revoke")
}  # fmt: skip
SEE_EXAMS = {f"sittings.view_{name}" for name in ("exam", "sitting", "candidate", "unitquota", "outcome")}
NOMINATE = SEE_EXAMS | {"sittings.nominate_candidate"}
WATCH_EXAMS = SEE_EXAMS | {f"sittings.view_{name}" for name in (
    "hall", "candidategroup", "timeoverride", "compensation", "attempt", "incident", "voiding", "keycorrection",
    "regrade", "closingtest",
)}  # fmt: skip
RUN_EXAMS = NOMINATE | WATCH_EXAMS | {
    f"sittings.{verb}_{name}" for verb in ("add", "change") for name in ("exam", "sitting", "hall", "candidategroup")
} | {"sittings.run_exam", "sittings.watch_exam", "sittings.add_keycorrection", "venues.view_venue"}  # fmt: skip
DECIDE_EXAMS = WATCH_EXAMS | {
    "sittings.publish_exam", "sittings.watch_exam", "sittings.decide_exam", "sittings.check_keycorrection",
    "sittings.view_score",
}  # fmt: skip
SEE_ITEMS = {"statistics.view_itemstatistic"}
SEE_ANALYSES = {f"statistics.view_{name}" for name in ("analysedexam", "itemanalysis")}
ANALYSE = SEE_ITEMS | SEE_ANALYSES | {"statistics.analyse_exam"}
SEE_SIGNALS = {"statistics.view_similarpair", "statistics.view_pacenote"}
SEE_RELEASES = {f"results.view_{name}" for name in ("release", "examappeal", "examvoiding", "revision", "restson")}
RELEASE = SEE_RELEASES | {
    "results.add_release", "results.check_release", "results.add_examvoiding", "results.check_revision",
    "results.decide_examappeal",
}  # fmt: skip
CHECK_RELEASES = SEE_RELEASES | {"results.check_release", "results.add_revision"}
CHECK_VOIDINGS = SEE_RELEASES | {
    "results.check_examvoiding", "results.decide_examappeal", "results.decide_restson",
}  # fmt: skip
SEE_MARKING = {"marking.view_markingtask"}
RUN_MARKING = SEE_MARKING | {"marking.add_markingtask", "marking.run_markingtask"}
OFFICE = (
    {CONSOLE, "people.change_officer", "people.transfer_officer", "people.import_officer", "people.propose_role"}
    | {"people.view_rolegrant", "ledger.propose_entry", "ledger.check_entry", "ledger.add_importedrecord"}
    | {"audit.view_auditevent", "ledger.view_correction"} | NOMINATE | REVIEW_LICENCES | {"licences.add_card"}
    | {"learning.view_courseprogress", "learning.view_watchspan", "learning.review_watchspan"}
    | FILL_CLASSES | COMPLETE | KEEP_ATTENDANCE
    | KEEP_DEVELOPMENT
    | KEEP_MENTORING | KEEP_STUDIOS | KEEP_BASES | KEEP_ROOMS
    | PEOPLE | LEDGER | RULES | JOBS | NOTICES | CATALOGUE | ASSIGN | CERTIFICATES | HANDLE_CERTIFICATES | DECIDE_PLANS | KEEP_CLASSES
    | KEEP_POOL
)  # fmt: skip


class Role(models.TextChoices):
    TEAM_CLERK = "TEAM_CLERK", "中队训练员"
    STREET_MANAGER = "STREET_MANAGER", "街镇管理员"
    DISTRICT_OFFICE = "DISTRICT_OFFICE", "区局教育培训科"
    CITY_OFFICE = "CITY_OFFICE", "市局教育培训处"
    LEGAL_OFFICE = "LEGAL_OFFICE", "法制部门"
    EXAM_SETTER = "EXAM_SETTER", "命题员"
    EXAM_REVIEWER = "EXAM_REVIEWER", "审题员"
    EXAM_ADMIN = "EXAM_ADMIN", "考务管理员"
    MARKER = "MARKER", "阅卷员"
    CHIEF_EXAMINER = "CHIEF_EXAMINER", "主考"
    INVIGILATOR = "INVIGILATOR", "监考员"
    INSTRUCTOR = "INSTRUCTOR", "教员"
    COURSE_EDITOR = "COURSE_EDITOR", "课程编辑"
    BASE_REVIEWER = "BASE_REVIEWER", "基地评审员"
    FINANCE = "FINANCE", "财务"
    HR = "HR", "组织人事"
    AUDITOR = "AUDITOR", "纪检审计"
    RULE_APPROVER = "RULE_APPROVER", "规则审批人"
    SECURITY_ADMIN = "SECURITY_ADMIN", "安全管理员"
    SYSTEM_ADMIN = "SYSTEM_ADMIN", "系统管理员"


@dataclass(frozen=True)
class Grantable:
    """`pages` are Wagtail page permissions on the course tree, `collections` on the root collection."""

    permissions: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()


def _role(*permissions, pages=(), collections=()) -> Grantable:
    return Grantable(frozenset(permissions), frozenset(pages), frozenset(collections))


_COURSE_MEDIA = ("wagtailimages.add_image", "wagtailimages.choose_image", "wagtaildocs.add_document")

ROLES: dict[str, Grantable] = {
    Role.TEAM_CLERK: _role(CONSOLE, *FILL_CLASSES, *PEOPLE, *LEDGER, *RULES, *JOBS, "learning.view_courseprogress",
        "learning.view_courseassignment", *DRAFT_PLANS, *SEE_CLASSES, *PAIR_UP, *APPLY_BASES, *ASSESS_ROOMS, "training.hold_team_session",
        *CLAIM_PLACES,
        "training.view_teamsession", "certificates.view_certificate", *SEE_POOL, "pool.add_nomination", "sittings.view_candidate", *APPLY_LICENCES,
    ),
    Role.STREET_MANAGER: _role(CONSOLE, *PEOPLE, "ledger.view_obligation", *RULES, "licences.view_enforcementcertificate", "licences.view_officerstanding"),
    Role.DISTRICT_OFFICE: _role(*OFFICE),
    Role.CITY_OFFICE: _role(
        *OFFICE, *DECIDE_LICENCES, *EXCHANGE_LICENCES, *CHECK_VOIDINGS, "pool.add_podiummember", "pool.change_podiummember", *DECIDE_STUDIOS, *DECIDE_BASES, "people.add_orgunit", "people.change_orgunit", "rules.add_ruleversion", "rules.change_ruleversion",
        "certificates.add_certificatedesign", "certificates.approve_certificatedesign",
        "rules.add_regulation", "rules.change_regulation", "rules.add_yearlabel", "rules.change_yearlabel",
        *KEEP_REFERENCES, "catalogue.add_courseware", "catalogue.check_courseware",
        pages=("add_page", "change_page", "publish_page"), collections=_COURSE_MEDIA,
    ),
    Role.LEGAL_OFFICE: _role(
        CONSOLE, *RULES, "people.view_orgunit", *CATALOGUE, *LEGAL_SOURCES, "catalogue.check_courseware",
        *DEVELOPMENT, "development.check_maskingcertificate", "licences.view_enforcementcertificate",
    ),
    Role.EXAM_SETTER: _role(
        CONSOLE, *CATALOGUE, *BANK, *JOBS, "bank.add_question", "bank.change_question", "bank.import_question",
        "bank.export_question", *SEE_ITEMS,
    ),
    Role.EXAM_REVIEWER: _role(CONSOLE, *CATALOGUE, *BANK, "bank.review_question", *SEE_ITEMS),
    Role.EXAM_ADMIN: _role(
        CONSOLE, *CATALOGUE, *BANK, *PAPERS, *JOBS, "bank.add_questionbank", "bank.change_questionbank",
        "bank.activate_question", "papers.add_blueprint", "papers.change_blueprint", "papers.draw_paper", "papers.add_forbiddenpair",
        "papers.delete_forbiddenpair", *RUN_EXAMS, *RUN_MARKING, *ANALYSE, *CHECK_RELEASES,
    ),
    Role.MARKER: _role("marking.mark_script"),
    Role.CHIEF_EXAMINER: _role(
        CONSOLE, *CATALOGUE, *BANK, *PAPERS, *JOBS, "papers.approve_blueprint", "papers.seal_paper", "papers.open_paper",
        *DECIDE_EXAMS, *SEE_MARKING, "marking.arbitrate_markingtask", *ANALYSE, *SEE_SIGNALS, *RELEASE,
    ),
    Role.INVIGILATOR: _role("sittings.watch_exam", "sittings.compensate_exam", "sittings.add_incident"),
    Role.INSTRUCTOR: _role("training.record_score"),
    Role.COURSE_EDITOR: _role(
        CONSOLE, *CATALOGUE, "catalogue.add_courseware", "jobs.change_job", *MAKE_COURSES,
        pages=("add_page", "change_page"), collections=_COURSE_MEDIA,
    ),
    Role.BASE_REVIEWER: _role(CONSOLE, "bases.score_basereview", *STUDIOS, "studios.score_studioreview"),
    Role.FINANCE: _role(CONSOLE, *RULES),
    Role.HR: _role(CONSOLE, *LEARNERS, *PEOPLE, "ledger.view_obligation", *SEE_PLANS, *MENTORING, *STUDIOS,
        "studios.score_studioreview", *SEE_LICENCES, *SEE_STANDING, "licences.export_levelresult",
    ),
    Role.AUDITOR: _role(
        CONSOLE, *LEARNERS, *PEOPLE, *LEDGER, *RULES, "audit.view_auditevent", "people.view_rolegrant", "ledger.view_correction",
        "jobs.view_job", "notices.view_notice", "notices.view_delivery",
        "learning.view_courseprogress", "learning.view_watchspan", "learning.view_courseassignment", *CERTIFICATES,
        *SEE_PLANS, *SEE_CLASSES, *SEE_RESULTS, *SEE_ATTENDANCE, *DEVELOPMENT, "development.view_peerreview", *MENTORING, *STUDIOS,
        *SEE_BASES, "bases.view_scoresheet", *SEE_POOL, *SEE_ROOMS, *SEE_LICENCES, *SEE_STANDING, *SEE_EXCHANGE,
        *WATCH_EXAMS, *SEE_ANALYSES, *SEE_SIGNALS, "sittings.view_score", *SEE_MARKING, "sittings.view_outcome_history", *SEE_RELEASES,
    ),
    Role.RULE_APPROVER: _role(CONSOLE, *RULES, "rules.approve_ruleversion"),
    Role.SECURITY_ADMIN: _role(
        CONSOLE, "people.grant_roles", "people.view_rolegrant", "people.view_orgunit", "people.view_officer",
        "people.unlock_user",
    ),
    Role.SYSTEM_ADMIN: _role(CONSOLE, *JOBS, "people.view_orgunit"),
}  # fmt: skip
