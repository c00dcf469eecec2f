"""One row of each model that the console shows, belonging to a unit, as {Model: maker(unit)}."""

from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

from django.utils import timezone
from wagtail.models import Page

from courses.catalogue.models import (
    CatalogueIndex,
    Course,
    CourseVersion,
    Courseware,
    ItemCode,
    LegalSource,
    LegalSourceVersion,
    SyllabusNode,
    Topic,
)
from courses.development.models import Claim as CrowdClaim
from courses.development.models import (
    CourseDevelopmentGroup,
    CrowdCall,
    DevelopmentProject,
    Output,
    PeerReview,
    Work,
)
from courses.learning.models import CourseAssignment, CourseProgress, LearningLease, WatchSpan
from courses.training.models import (
    Appeal,
    AssessmentScore,
    Attendance,
    AttendanceCorrection,
    ClassSession,
    Completion,
    DismissalProposal,
    DutyShift,
    Enrollment,
    LeaveRequest,
    PlanChange,
    PlanItem,
    SupervisionVisit,
    TeamSession,
    TrainingClass,
    TrainingDuty,
    TrainingPlan,
)
from exams.bank.models import ImportBatch, Question, QuestionBank
from exams.licences.models import (
    Application,
    ApplicationBatch,
    CancellationProposal,
    EnforcementCertificate,
    LevelResult,
    OfficerStanding,
    ResultFile,
    ResultLine,
    Submission,
    Transition,
)
from exams.marking.models import MarkingTask
from exams.papers.models import BankSnapshot, Blueprint, ForbiddenPair, Paper
from exams.results.models import ExamAppeal, ExamVoiding, Release, RestsOn, Revision
from exams.sittings.models import (
    Candidate,
    CandidateGroup,
    Exam,
    Hall,
    KeyCorrection,
    Outcome,
    Regrade,
    Sitting,
    TimeOverride,
)
from exams.statistics.models import AnalysedExam, ItemAnalysis, ItemStatistic, PaceNote, SimilarPair
from instructors.bases.models import BaseChecklist, BaseDecision, BaseReview, BaseRound, PracticeBase, ScoreSheet
from instructors.classrooms.models import RoomCheck, RoomEquipment, SmartClassroom
from instructors.mentorship.models import LogEntry, Mentorship, MentorshipPhase, Observation
from instructors.pool.models import Appointment, Instructor, Nomination, PodiumMember, SelectionRound, YearReview
from instructors.studios.models import InstructorStudio, StudioMember, StudioOutput, StudioPlanItem, StudioReview
from instructors.venues.models import Booking, Venue, VenueUse
from lms.audit.models import AuditEvent
from lms.audit.services import record
from lms.certificates.models import Certificate, CertificateDesign, CertificateEvent
from lms.certificates.services.changes import propose_change
from lms.certificates.services.designs import install_first_design
from lms.certificates.services.issuing import issue
from lms.jobs.models import Job
from lms.ledger.models import Correction, Entry, ImportedRecord, Obligation
from lms.ledger.services.corrections import propose_correction
from lms.ledger.services.obligations import ensure_obligation
from lms.ledger.services.posting import Claim, post_entry
from lms.notices.models import Delivery, Notice
from lms.notices.services import notify
from lms.people.models import Officer, OrgUnit, Posting, RoleGrant
from lms.rules.models import Regulation, Rule, RuleVersion, YearLabel
from tests import factory
from tests.courses.development import factory as development
from tests.courses.shelf import make_courseware
from tests.courses.training import rolls
from tests.courses.training.factory import (
    during,
    make_class,
    make_enrollment,
    make_instructor,
    make_session,
    make_venue,
)
from tests.courses.training.plans import make_item, make_plan
from tests.exams.licences import exchange as licence_files
from tests.exams.licences import factory as licences
from tests.exams.papers.factory import make_bank, make_blueprint, make_question
from tests.exams.results.factory import make_appeal, make_outcome, make_rest
from tests.exams.sittings.factory import make_candidate, make_exam, make_hall, make_sitting
from tests.exams.statistics import factory as statistics
from tests.instructors.bases import factory as bases
from tests.instructors.classrooms import factory as rooms
from tests.instructors.mentorship.factory import make_log, make_mentorship, make_observation
from tests.instructors.pool import factory as pool
from tests.instructors.studios.factory import make_member, make_output, make_plan_item, make_review, make_studio
from tests.lms.certificates.earning import merit_of

_numbers = count(1)


def make_entry(unit: OrgUnit) -> Entry:
    evidence = f"test:{next(_numbers)}"
    at = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    claim = Claim("R05", evidence, f"课程{evidence}", "ONLINE", at, {"minutes": 45})
    return post_entry(factory.make_officer(unit), claim)


def make_obligation(unit: OrgUnit) -> Obligation:
    return ensure_obligation(factory.make_officer(unit), 2026)


def make_imported_record(unit: OrgUnit) -> ImportedRecord:
    number = next(_numbers)
    return ImportedRecord.objects.create(
        batch="B1", row_number=number, officer=factory.make_officer(unit), source_key=f"K-{number}",
        occurred_on="2026-03-02", title=f"旧记录{number}", layer="UNIT", hours=1, credits=0,
    )  # fmt: skip


def make_correction(unit: OrgUnit) -> Correction:
    clerk = factory.make_user()
    return propose_correction(make_entry(unit), actor=clerk, reason="重复", evidence_note="签到表")


def make_grant(unit: OrgUnit) -> RoleGrant:
    user = factory.make_officer(unit).user
    return RoleGrant.objects.create(user=user, role="TEAM_CLERK", unit=unit, reason="测试", made_by=factory.make_user())


def make_course_version(unit: OrgUnit) -> CourseVersion:
    shelf = CatalogueIndex.objects.first()
    if shelf is None:
        shelf = Page.get_first_root_node().add_child(instance=CatalogueIndex(title="目录", slug="catalogue"))
    number = next(_numbers)
    course = shelf.add_child(
        instance=Course(title=f"课程{number}", slug=f"c{number}", code=f"C{number}", summary="简介")
    )
    return CourseVersion.objects.create(
        course=course, number=1, title=course.title, summary="简介", minutes=45, level="BASIC", layer="ONLINE",
        category="LAW", lessons=[], digest="",
    )  # fmt: skip


def make_progress(unit: OrgUnit) -> CourseProgress:
    return CourseProgress.objects.create(
        officer=factory.make_officer(unit), version=make_course_version(unit), year=2026, started_at=timezone.now()
    )


def make_source_version(unit: OrgUnit) -> LegalSourceVersion:
    source = LegalSource.objects.create(title=f"某法{next(_numbers)}")
    return LegalSourceVersion.objects.create(source=source, edition="2021年修订", effective_on="2021-07-15")


def make_span(unit: OrgUnit) -> WatchSpan:
    progress, now = make_progress(unit), timezone.now()
    lease = LearningLease.objects.create(
        key=uuid4(),
        officer=progress.officer,
        progress=progress,
        tab=uuid4(),
        device="手机",
        started_at=now,
        seen_at=now,
    )
    return WatchSpan.objects.create(
        progress=progress, position=1, lease=lease, message=uuid4(), number=0, span=(0, 60_000), rate=1,
        received_at=now, client_at=now, state="QUARANTINED", reason="AHEAD",
    )  # fmt: skip


def make_job(unit: OrgUnit) -> Job:
    return Job.objects.create(kind="test", title=f"任务{next(_numbers)}", actor=factory.make_user(), unit=unit)


def make_notice(unit: OrgUnit) -> Notice:
    return Notice.objects.create(title=f"通知{next(_numbers)}", unit=unit, made_by=factory.make_user())


def make_delivery(unit: OrgUnit) -> Delivery:
    officer = factory.make_officer(unit)
    notify([officer.user], title=f"消息{next(_numbers)}")
    return officer.user.deliveries.get()


def make_certificate(unit: OrgUnit) -> Certificate:
    install_first_design(factory.make_user(), factory.make_user())
    return issue(merit_of(factory.make_officer(unit)), actor="甲")


def make_certificate_event(unit: OrgUnit) -> CertificateEvent:
    return propose_change(make_certificate(unit), actor=factory.make_user(), change="SUSPEND", reason="核查")


def make_design(unit: OrgUnit) -> CertificateDesign:
    install_first_design(factory.make_user(), factory.make_user())
    return CertificateDesign.objects.first()


def make_assignment(unit: OrgUnit) -> CourseAssignment:
    return CourseAssignment.objects.create(
        module="XI_LAW", title=f"任务{next(_numbers)}", unit=unit, due_on="2026-12-31", made_by=factory.make_user()
    )


def make_visit(unit: OrgUnit) -> SupervisionVisit:
    plan = make_plan(unit, year=3000 + next(_numbers), state="ACCEPTED")
    return SupervisionVisit.objects.create(
        plan=plan, visited_on="2026-06-01", visitors="督导组", findings="按计划推进", made_by=factory.make_user()
    )


def make_plan_change(unit: OrgUnit) -> PlanChange:
    plan = make_plan(unit, year=3000 + next(_numbers), title=f"计划{next(_numbers)}")
    return plan.changes.create(action="create", by=factory.make_user())


def make_score(unit: OrgUnit) -> AssessmentScore:
    row = make_class(unit, state="READY")
    part = row.parts.create(kind="THEORY", pass_mark=60)
    enrollment = make_enrollment(row, factory.make_officer(unit))
    return part.scores.create(enrollment=enrollment, value=80 + next(_numbers) % 20, recorded_by=factory.make_user())


def make_completion(unit: OrgUnit) -> Completion:
    return Completion.objects.get(pk=make_class(unit, state="READY").pk)


def make_team_session(unit: OrgUnit) -> TeamSession:
    row = make_class(unit, state="CHECKED", form="TEAM_SESSION")
    make_session(row)
    return TeamSession.objects.get(pk=row.pk)


def make_shift(unit: OrgUnit) -> DutyShift:
    return DutyShift.objects.create(officer=factory.make_officer(unit), during=during(), label="白班")


def make_duty(unit: OrgUnit) -> TrainingDuty:
    posting = factory.make_officer(unit).postings.get()
    return TrainingDuty.objects.create(
        officer=posting.officer, kind="NEW_ENTRANT", posting=posting, arisen_on=posting.during.lower
    )


def make_own_bank(unit: OrgUnit) -> QuestionBank:
    return make_bank(unit, f"bank{next(_numbers)}")


def make_batch(unit: OrgUnit) -> ImportBatch:
    return ImportBatch.objects.create(
        bank=make_own_bank(unit), file_name=f"题{next(_numbers)}.xlsx", sha256="0" * 64, format="xlsx",
        counts={"written": 1, "known": 0}, made_by=factory.make_user(),
    )  # fmt: skip


def make_own_blueprint(unit: OrgUnit) -> Blueprint:
    return make_blueprint(make_own_bank(unit), ("single", 1, 1), code=f"B{next(_numbers)}")


def make_pair(unit: OrgUnit) -> ForbiddenPair:
    bank = make_own_bank(unit)
    return ForbiddenPair.objects.create(first=make_question(bank), second=make_question(bank), reason="甲")


def make_paper(unit: OrgUnit) -> Paper:
    snapshot = BankSnapshot.objects.create(blueprint=make_own_blueprint(unit), candidates={}, sha256="0" * 64)
    number = next(_numbers)
    return Paper.objects.create(
        snapshot=snapshot,
        seed=f"s{number}",
        purpose=f"考试{number}",
        sha256=f"{number:064d}",
        made_by=factory.make_user(),
    )


def make_own_exam(unit: OrgUnit) -> Exam:
    return make_exam(unit, kinds=("single",), each=1, code=f"X{next(_numbers)}")


def make_marking_task(unit: OrgUnit) -> MarkingTask:
    number = next(_numbers)
    exam = make_own_exam(unit)
    return MarkingTask.objects.create(
        exam=exam, cell=1, title=f"案例分析题{number}", full=50, seed="seed", made_by=factory.make_user(),
        terms={
            "mode": "2+1+1", "threshold_percent": "20", "is_inclusive": True, "places": "1", "equidistant": "arbiter",
            "arbiter_final": True,
        },
    )  # fmt: skip


def make_application_batch(unit: OrgUnit) -> ApplicationBatch:
    return ApplicationBatch.objects.create(unit=unit, title=f"批量申办{next(_numbers)}", made_by=factory.make_user())


def make_own_sitting(unit: OrgUnit) -> Sitting:
    return make_sitting(make_own_exam(unit), opens=600)


def make_group(unit: OrgUnit) -> CandidateGroup:
    return CandidateGroup.objects.create(exam=make_own_exam(unit), name=f"组{next(_numbers)}")


def make_override(unit: OrgUnit) -> TimeOverride:
    group = make_group(unit)
    return TimeOverride.objects.create(
        exam=group.exam, group=group, limit_minutes=180, reason=f"理由{next(_numbers)}", made_by=factory.make_user()
    )


def make_key_correction(unit: OrgUnit) -> KeyCorrection:
    exam = make_own_exam(unit)
    version = Question.objects.filter(bank__in=exam.blueprint.banks.all()).first().current
    return KeyCorrection.objects.create(
        exam=exam, version=version, treatment="EXCLUDED", reason=f"理由{next(_numbers)}", made_by=factory.make_user()
    )


def make_regrade(unit: OrgUnit) -> Regrade:
    exam = make_own_exam(unit)
    return Regrade.objects.create(exam=exam, made_by=factory.make_user(), looked_at=next(_numbers), differences=[])


def make_held_exam(unit: OrgUnit, people: int = 1) -> Exam:
    return statistics.held_exam(unit, people=people, each=1, code=f"Y{next(_numbers)}")


def proposed(model):
    return lambda unit: model.objects.create(
        exam=make_own_exam(unit), reason=f"理由{next(_numbers)}", made_by=factory.make_user()
    )


MAKERS = {
    ExamAppeal: lambda unit: make_appeal(make_outcome(make_own_sitting(unit))),
    ExamVoiding: proposed(ExamVoiding),
    Outcome: lambda unit: make_outcome(make_own_sitting(unit)),
    Release: lambda unit: Release.objects.create(exam=make_own_exam(unit), made_by=factory.make_user()),
    RestsOn: lambda unit: make_rest(make_outcome(make_own_sitting(unit))),
    Revision: proposed(Revision),
    LevelResult: licence_files.make_level_result,
    OfficerStanding: lambda unit: OfficerStanding.objects.with_licence().get(pk=factory.make_officer(unit).pk),
    ResultFile: licence_files.make_result_file,
    ResultLine: licence_files.make_result_line,
    Submission: licence_files.make_submission,
    AnalysedExam: lambda unit: AnalysedExam.objects.get(pk=make_held_exam(unit).pk),
    ItemAnalysis: lambda unit: statistics.make_analysis(make_own_exam(unit)),
    ItemStatistic: lambda unit: statistics.make_statistic(make_own_exam(unit)),
    PaceNote: lambda unit: statistics.make_note(make_held_exam(unit)),
    SimilarPair: lambda unit: statistics.make_pair(make_held_exam(unit, 2)),
    Candidate: lambda unit: make_candidate(make_own_sitting(unit)),
    CandidateGroup: make_group,
    Exam: make_own_exam,
    MarkingTask: make_marking_task,
    Hall: lambda unit: make_hall(make_own_sitting(unit), name=f"考场{next(_numbers)}"),
    KeyCorrection: make_key_correction,
    Regrade: make_regrade,
    Sitting: make_own_sitting,
    TimeOverride: make_override,
    AssessmentScore: make_score,
    Completion: make_completion,
    TeamSession: make_team_session,
    Appeal: rolls.make_appeal,
    Attendance: rolls.make_mark,
    AttendanceCorrection: rolls.make_correction,
    DismissalProposal: rolls.make_proposal,
    LeaveRequest: rolls.make_leave,
    AuditEvent: lambda unit: record("people.test", actor=f"经办{next(_numbers)}", target=unit),
    BaseChecklist: lambda unit: bases.make_checklist_draft(),
    BaseDecision: bases.make_decision,
    BaseReview: bases.make_review,
    BaseRound: lambda unit: bases.make_round(),
    PracticeBase: bases.make_base,
    ScoreSheet: lambda unit: bases.make_sheet(bases.make_review(unit, state="SCORING"), 80),
    Blueprint: make_own_blueprint,
    ForbiddenPair: make_pair,
    Certificate: make_certificate,
    CrowdClaim: development.make_claim,
    CourseDevelopmentGroup: development.make_group,
    CrowdCall: development.make_call,
    DevelopmentProject: development.make_project,
    Output: development.make_question,
    PeerReview: development.make_review,
    Work: development.make_work,
    ClassSession: lambda unit: make_session(make_class(unit), venue=make_venue(unit), instructor=make_instructor(unit)),
    Appointment: lambda unit: make_instructor(unit, level="DISTRICT").appointments.get(),
    Instructor: lambda unit: make_instructor(unit, level="DISTRICT"),
    Nomination: lambda unit: pool.make_nomination(pool.make_round(unit, year=3000 + next(_numbers))),
    PodiumMember: pool.make_member,
    SelectionRound: lambda unit: pool.make_round(unit, year=3000 + next(_numbers)),
    YearReview: lambda unit: pool.make_review(make_instructor(unit, level="DISTRICT"), is_met=False),
    TrainingClass: make_class,
    Venue: make_venue,
    VenueUse: lambda unit: VenueUse.objects.get(pk=make_venue(unit).pk),
    Booking: lambda unit: rooms.make_booking(make_venue(unit), unit=unit),
    SmartClassroom: rooms.make_room,
    RoomCheck: lambda unit: rooms.make_check(rooms.make_room(unit)),
    RoomEquipment: lambda unit: rooms.make_equipment(rooms.make_room(unit)),
    Application: lambda unit: licences.add_application(licences.make_held(unit), "RENEWAL", "DONE"),
    ApplicationBatch: make_application_batch,
    CancellationProposal: licences.make_proposal,
    EnforcementCertificate: licences.make_held,
    Transition: licences.make_transition,
    CertificateDesign: make_design,
    CertificateEvent: make_certificate_event,
    Correction: make_correction,
    CourseAssignment: make_assignment,
    CourseProgress: make_progress,
    CourseVersion: make_course_version,
    Courseware: lambda unit: make_courseware(),
    Delivery: make_delivery,
    DutyShift: make_shift,
    Enrollment: lambda unit: make_enrollment(make_class(unit)),
    Entry: make_entry,
    ImportedRecord: make_imported_record,
    ImportBatch: make_batch,
    ItemCode: lambda unit: ItemCode.objects.create(code=f"事项-{next(_numbers)}", name="某事项"),
    LegalSource: lambda unit: make_source_version(unit).source,
    LegalSourceVersion: make_source_version,
    InstructorStudio: make_studio,
    StudioMember: lambda unit: make_member(make_studio(unit)),
    StudioPlanItem: lambda unit: make_plan_item(make_studio(unit)),
    StudioOutput: lambda unit: make_output(make_studio(unit)),
    StudioReview: lambda unit: make_review(make_studio(unit)),
    Mentorship: make_mentorship,
    MentorshipPhase: lambda unit: make_mentorship(unit, state="ACTIVE").phases.first(),
    LogEntry: lambda unit: make_log(make_mentorship(unit, state="ACTIVE"), text=f"日志{next(_numbers)}"),
    Observation: lambda unit: make_observation(make_mentorship(unit, state="ACTIVE")),
    Job: make_job,
    Notice: make_notice,
    Obligation: make_obligation,
    Officer: factory.make_officer,
    OrgUnit: lambda unit: factory.make_unit(unit, f"U-{next(_numbers):04d}"),
    Paper: make_paper,
    Posting: lambda unit: factory.make_officer(unit).postings.get(),
    Question: lambda unit: make_question(make_own_bank(unit)),
    QuestionBank: make_own_bank,
    Regulation: lambda unit: Regulation.objects.first(),
    RoleGrant: make_grant,
    Rule: lambda unit: Rule.objects.first(),
    RuleVersion: lambda unit: RuleVersion.objects.first(),
    SyllabusNode: lambda unit: SyllabusNode.objects.create(
        edition="2026", level="BASIC", title=f"条目{next(_numbers)}"
    ),
    Topic: lambda unit: Topic.objects.create(code=f"t{next(_numbers)}", name=f"专题{next(_numbers)}"),
    PlanChange: make_plan_change,
    PlanItem: lambda unit: make_item(make_plan(unit, year=3000 + next(_numbers)), title=f"项目{next(_numbers)}"),
    SupervisionVisit: make_visit,
    TrainingPlan: lambda unit: make_plan(unit, year=3000 + next(_numbers), title=f"计划{next(_numbers)}"),
    TrainingDuty: make_duty,
    YearLabel: lambda unit: YearLabel.objects.first(),
    WatchSpan: make_span,
}
