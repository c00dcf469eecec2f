from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "courses.catalogue"
    label = "catalogue"
    verbose_name = "课程"

    def ready(self):
        from wagtail.signals import page_published

        from courses.catalogue.models import Course
        from courses.catalogue.services import freeze_version

        def freeze(sender, instance, revision=None, **kwargs):
            freeze_version(instance, actor=getattr(revision, "user", None) or "系统")

        page_published.connect(freeze, sender=Course, weak=False, dispatch_uid="catalogue.freeze")
