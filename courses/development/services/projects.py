"""A course from the proposal to its publication: blind peers on one side, Wagtail's lawyers and office on the other."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import WorkflowState

from courses.catalogue.models import Course
from courses.development.models import DevelopmentProject, FlagshipDecision, Output, Submission
from courses.development.services.authors import adopt, held
from courses.development.services.reviews import Content, close_submission, hand_in
from courses.development.services.rights import (
    DECIDE,
    authors_of,
    must_decide,
    must_hold,
    must_work_on,
    office_of,
    page_of,
    tell,
)
from courses.development.terms import term
from lms.audit.services import record
from lms.kit.services import check_by_second_person

ADD = "development.add_developmentproject"
Stage, Verdict = DevelopmentProject.Stage, Submission.Verdict


def _held_project(project: DevelopmentProject) -> DevelopmentProject:
    held(project)
    rows = DevelopmentProject.objects.select_related("unit", "host", "group__unit", "course", "made_by")
    return rows.get(pk=project.pk)


def _must_be(project: DevelopmentProject, *stages) -> None:
    if project.stage not in stages:
        raise ValidationError(f"项目现处“{project.get_stage_display()}”阶段，不能办理这一步。", code="stage")


def _move(project: DevelopmentProject, stage: str, actor, **said) -> DevelopmentProject:
    before, project.stage = project.stage, stage
    project.save(update_fields=["stage", "published_on", "version", "stop_reason"])
    record("development.project_stage", actor=actor, target=project, stage=[before, stage], **said)
    return project


@transaction.atomic
def propose_project(project: DevelopmentProject, *, actor) -> DevelopmentProject:
    group = project.group
    if not group.members.filter(officer__user=actor, until=None).exists():
        must_hold(actor, ADD, group.unit)
    if not group.is_at_work:
        raise ValidationError("教研组尚未批准或已撤销，不能申报项目。", code="not_at_work")
    project.kind, project.unit, project.host, project.made_by = (
        Output.Kind.COURSEWARE, group.unit, group.unit, actor,
    )  # fmt: skip
    project.save(force_insert=True)
    record("development.propose_project", actor=actor, target=project, group=group.name)
    return project


@transaction.atomic
def change_project(project: DevelopmentProject, *, actor) -> DevelopmentProject:
    stored = _held_project(project)
    must_work_on(actor, stored)
    _must_be(stored, Stage.PROPOSED, Stage.APPROVED)
    project.save(update_fields=["title", "aim", "due_on", "course"])
    course = str(project.course or "")
    record("development.change_project", actor=actor, target=project, title=project.title, course=course)
    return project


@transaction.atomic
def approve_project(project: DevelopmentProject, *, actor) -> DevelopmentProject:
    project = _held_project(project)
    must_decide(actor, project)
    _must_be(project, Stage.PROPOSED)
    tell(
        authors_of(project), f"项目已立项：{project}", f"{project.due_on:%Y年%-m月%-d日}前完成。", link=page_of(project)
    )
    return _move(project, Stage.APPROVED, actor)


@transaction.atomic
def submit_project(project: DevelopmentProject, *, actor) -> Submission:
    """Pins the course's newest revision; peers and Wagtail's own reviewers begin side by side."""
    project = _held_project(project)
    _must_be(project, Stage.APPROVED)
    course = project.course
    if course is None or course.latest_revision is None:
        raise ValidationError("请先在课程目录里做好课程，并在项目里选定。", code="no_course")
    submission = hand_in(project, Content(revision=course.latest_revision), actor=actor)
    if course.current_workflow_state is None and (workflow := course.get_workflow()):
        workflow.start(course, actor)
    _move(project, Stage.REVIEWING, actor, number=submission.number)
    link = reverse("developmentproject:inspect", args=[project.pk])
    tell(office_of(project.host, DECIDE), f"课程送审：{project}", f"第{submission.number}稿，请指派评审。", link=link)
    return submission


@transaction.atomic
def decide_project(project: DevelopmentProject, *, actor, verdict: str, reason: str = "") -> DevelopmentProject:
    project = _held_project(project)
    _must_be(project, Stage.REVIEWING)
    close_submission(project, verdict, actor=actor, reason=reason)
    if verdict == Verdict.PASSED:
        stage, said = Stage.ACCEPTED, "同行评审通过，等课程发布。"
    else:
        _cancel_workflow(project.course, actor)
        project.stop_reason = reason if verdict == Verdict.REJECTED else ""
        stage = Stage.STOPPED if verdict == Verdict.REJECTED else Stage.APPROVED
        said = f"理由：{reason}"
    label = Verdict(verdict).label
    tell(authors_of(project), f"评审{label}：{project}", said, link=page_of(project))
    return _move(project, stage, actor, reason=reason)


def _cancel_workflow(course: Course | None, actor) -> None:
    state = course.current_workflow_state if course else None
    if state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS:
        state.cancel(user=actor)


@transaction.atomic
def publish_project(project: DevelopmentProject, *, actor) -> DevelopmentProject:
    """The course is out by Wagtail's way; what is pinned must be the very revision the peers passed."""
    project = _held_project(project)
    _must_be(project, Stage.ACCEPTED)
    passed = project.submissions.filter(verdict=Verdict.PASSED).latest("number")
    course = Course.objects.get(pk=project.course_id)
    if not course.live or course.live_revision_id is None:
        raise ValidationError("课程还没有通过法制和市局审核发布，请先完成课程发布审核。", code="not_live")
    if course.live_revision_id != passed.revision_id:
        raise ValidationError("发布的不是评审通过的那一稿，请重新送审或恢复该稿后再发布。", code="other_revision")
    project.version = course.versions.order_by("-number").first()
    project.published_on = timezone.localdate()
    _move(project, Stage.PUBLISHED, actor, version=str(project.version))
    adopt(project, actor=actor)
    return project


@transaction.atomic
def reopen_project(project: DevelopmentProject, *, actor, reason: str) -> DevelopmentProject:
    """Passed, but changed since by the lawyers or the office: back to be handed in again."""
    project = _held_project(project)
    must_decide(actor, project)
    _must_be(project, Stage.ACCEPTED)
    return _move(project, Stage.APPROVED, actor, reason=reason)


@transaction.atomic
def stop_project(project: DevelopmentProject, *, actor, reason: str) -> DevelopmentProject:
    project = _held_project(project)
    must_decide(actor, project)
    _must_be(project, Stage.PROPOSED, Stage.APPROVED)
    project.stop_reason = reason
    tell(authors_of(project), f"项目终止：{project}", f"理由：{reason}", link=page_of(project))
    return _move(project, Stage.STOPPED, actor, reason=reason)


# --- 精品 ----------------------------------------------------------------------------------
@transaction.atomic
def propose_flagship(project: DevelopmentProject, *, actor, reason: str) -> FlagshipDecision:
    project = _held_project(project)
    must_hold(actor, DECIDE, project.host)
    _must_be(project, Stage.PUBLISHED)
    passed = project.submissions.filter(verdict=Verdict.PASSED).latest("number")
    mark = term("flagship_score", timezone.localdate())
    average = passed.average or Decimal(0)
    if average < mark:
        words = f"评审平均{average}分（{passed.scored}人），低于精品线{mark.normalize():f}分。"
        raise ValidationError(words, code="below_flagship")
    if project.flagships.filter(ended_at=None).exists():
        raise ValidationError("该课程已申报或认定为精品课程。", code="already_proposed")
    assert project.version is not None  # the database lets nothing be published without
    row = project.flagships.create(
        version=project.version, average=average, scored=passed.scored, reason=reason, made_by=actor
    )
    record("development.propose_flagship", actor=actor, target=project, average=str(average), reason=reason)
    return row


def _open_flagship(project: DevelopmentProject) -> FlagshipDecision:
    row = project.flagships.filter(ended_at=None).first()
    if row is None:
        raise ValidationError("该课程没有申报精品课程。", code="not_proposed")
    return row


@transaction.atomic
def grant_flagship(project: DevelopmentProject, *, actor) -> FlagshipDecision:
    project = _held_project(project)
    must_decide(actor, project)
    row = check_by_second_person(_open_flagship(project), actor, action="development.grant_flagship")
    _mark(project, is_flagship=True)
    tell(authors_of(project), f"认定为精品课程：{project}", row.reason, link=page_of(project))
    return row


@transaction.atomic
def end_flagship(project: DevelopmentProject, *, actor, reason: str) -> FlagshipDecision:
    """A proposal that is not followed, or a flagship that is one no longer."""
    project = _held_project(project)
    must_hold(actor, DECIDE, project.host)
    row = _open_flagship(project)
    row.ended_at, row.end_reason = timezone.now(), reason
    row.save(update_fields=["ended_at", "end_reason"])
    _mark(project, is_flagship=False)
    record("development.end_flagship", actor=actor, target=project, reason=reason)
    return row


def _mark(project: DevelopmentProject, *, is_flagship: bool) -> None:
    Course.objects.filter(pk=project.course_id).update(is_flagship=is_flagship)
