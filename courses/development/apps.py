from django.apps import AppConfig


class DevelopmentConfig(AppConfig):
    name = "courses.development"
    label = "development"
    verbose_name = "课程开发"

    def ready(self):
        from courses.development.invariants import EVIDENCE, INVARIANTS
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS, evidence=EVIDENCE)
