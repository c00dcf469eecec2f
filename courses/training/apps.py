from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "courses.training"
    label = "training"
    verbose_name = "培训班"

    def ready(self):
        from courses.training.entitlement import PREFIX, PassedClasses
        from courses.training.invariants import EVIDENCE, INVARIANTS
        from courses.training.venue_use import held_at
        from instructors.bases import usage
        from lms.certificates.entitlement import register
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS, evidence=EVIDENCE)
        register(PREFIX, PassedClasses())
        usage.register(held_at)
