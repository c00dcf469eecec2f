from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "courses.training"
    label = "training"
    verbose_name = "培训班"

    def ready(self):
        from courses.training.entitlement import PREFIX, PassedClasses
        from courses.training.invariants import EVIDENCE, INVARIANTS
        from lms.certificates.entitlement import register
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS, evidence=EVIDENCE)
        register(PREFIX, PassedClasses())
