from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "instructors.bases"
    label = "bases"
    verbose_name = "实践教学基地"

    def ready(self):
        from instructors.bases.entitlement import PREFIX, NamedBases
        from lms.certificates.entitlement import register

        register(PREFIX, NamedBases())
