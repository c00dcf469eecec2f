from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "lms.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self):
        # Whoever enqueues must speak to the broker of the settings; by name, as the app stands above this one.
        import_module("lms.celery")
        autodiscover_modules("tasks")
