from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

from lms.people.access import Role
from lms.people.services.roles import group_name

WORKFLOW = "课程发布审核"
# The office comes last: the last to approve publishes, and only the office may publish.
REVIEWS = {Role.LEGAL_OFFICE: "法制部门审核", Role.CITY_OFFICE: "市局教育培训处审核"}


@transaction.atomic
def set_up_workflow() -> Workflow:
    """What editors submit goes past the lawyers and the office before it is published; repeating is harmless."""
    workflow, _ = Workflow.objects.get_or_create(name=WORKFLOW)
    for order, (role, name) in enumerate(REVIEWS.items()):
        task, _ = GroupApprovalTask.objects.get_or_create(name=name)
        task.groups.set([Group.objects.get(name=group_name(role))])
        WorkflowTask.objects.update_or_create(workflow=workflow, task=task, defaults={"sort_order": order})
    # One workflow for the whole tree in place of the one Wagtail brings along.
    WorkflowPage.objects.update_or_create(page=Page.get_first_root_node(), defaults={"workflow": workflow})
    return workflow
