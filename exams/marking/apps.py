from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "exams.marking"
    label = "marking"
    verbose_name = "阅卷"

    def ready(self):
        from exams.marking.invariants import INVARIANTS
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS)
