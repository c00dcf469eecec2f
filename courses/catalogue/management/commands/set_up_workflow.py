from django.core.management.base import BaseCommand

from courses.catalogue.services.workflow import set_up_workflow


class Command(BaseCommand):
    help = "Make the review that courses pass before they are published; run it after sync_access."

    def handle(self, *args, **options):
        workflow = set_up_workflow()
        if options["verbosity"]:
            self.stdout.write(f"{workflow}：{'、'.join(task.name for task in workflow.tasks)}")
