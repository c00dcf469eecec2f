from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "exams.results"
    label = "results"
    verbose_name = "成绩"

    def ready(self):
        from exams.results.entitlement import PREFIX, PassedExams
        from exams.results.invariants import EVIDENCE, INVARIANTS
        from lms.certificates.entitlement import register
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS, evidence=EVIDENCE)
        register(PREFIX, PassedExams())
