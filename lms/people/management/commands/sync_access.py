from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from lms.people.access import ROLES
from lms.people.services.roles import group_name


def permissions_by_name(names) -> list[Permission]:
    """Raises CommandError for a name that no installed model has."""
    names = list(names)
    found = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    names = list(names)
    missing = sorted(set(names) - set(found))
    if missing:
        raise CommandError(f"no such permission: {', '.join(missing)}")
    return [found[name] for name in names]


class Command(BaseCommand):
    help = "Make Wagtail's groups, page and collection permissions those of lms.people.access."

    @transaction.atomic
    def handle(self, *args, **options):
        root_page, root_collection = Page.get_first_root_node(), Collection.get_first_root_node()
        names = [group_name(role) for role in ROLES]
        Group.objects.exclude(name__in=names).delete()
        for role, grantable in ROLES.items():
            group, _ = Group.objects.get_or_create(name=group_name(role))
            group.permissions.set(permissions_by_name(grantable.permissions))
            GroupPagePermission.objects.filter(group=group).delete()
            GroupCollectionPermission.objects.filter(group=group).delete()
            for permission in permissions_by_name(f"wagtailcore.{name}" for name in grantable.pages):
                GroupPagePermission.objects.create(group=group, page=root_page, permission=permission)
            for permission in permissions_by_name(grantable.collections):
                GroupCollectionPermission.objects.create(group=group, collection=root_collection, permission=permission)
        self.stdout.write(f"{len(names)} roles")
